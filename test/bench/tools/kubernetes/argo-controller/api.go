package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
)

// serve is the part of an API server from which the controller reads Argo's objects: lists of them, and watches in which nothing happens.
func serve(objects []runtime.Object) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", "application/json")
		if request.URL.Query().Get("watch") != "" {
			response.(http.Flusher).Flush()
			<-request.Context().Done()
			return
		}
		// When the program ends there is nobody to read it.
		_ = json.NewEncoder(response).Encode(listOf(path.Base(request.URL.Path), objects))
	}))
}

// listOf holds the objects of one kind, which the API names by its plural.
func listOf(plural string, objects []runtime.Object) map[string]any {
	items := []runtime.Object{}
	for _, object := range objects {
		if strings.ToLower(object.GetObjectKind().GroupVersionKind().Kind)+"s" == plural {
			items = append(items, object)
		}
	}
	return map[string]any{
		"apiVersion": "argoproj.io/v1alpha1",
		"kind":       "List",
		"metadata":   map[string]any{"resourceVersion": "1"},
		"items":      items,
	}
}
