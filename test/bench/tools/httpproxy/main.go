// Command httpproxy tells what Go's own rules make of proxy variables: for each line of standard input, a JSON object with
// the variables and a URL, it prints a line with the decision. Tests compare ours with it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
)

type question struct {
	HTTPProxy  string `json:"httpProxy"`
	HTTPSProxy string `json:"httpsProxy"`
	NoProxy    string `json:"noProxy"`
	CGI        bool   `json:"cgi"`
	URL        string `json:"url"`
}

// proxy is nothing for a direct connection.
type proxy struct {
	Scheme   string `json:"scheme"`
	Host     string `json:"host"`
	Port     string `json:"port"`
	User     string `json:"user"`
	Password string `json:"password"`
}

type answer struct {
	Proxy *proxy `json:"proxy"`
	Error string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := json.NewEncoder(os.Stdout).Encode(decide(asked)); err != nil {
			os.Exit(1)
		}
	}
}

func decide(asked question) answer {
	target, err := url.Parse(asked.URL)
	if err != nil {
		return answer{Error: err.Error()}
	}
	config := httpproxy.Config{HTTPProxy: asked.HTTPProxy, HTTPSProxy: asked.HTTPSProxy, NoProxy: asked.NoProxy, CGI: asked.CGI}
	found, err := config.ProxyFunc()(target)
	if err != nil {
		return answer{Error: err.Error()}
	}
	if found == nil {
		return answer{}
	}
	password, _ := found.User.Password()
	return answer{Proxy: &proxy{found.Scheme, found.Hostname(), found.Port(), found.User.Username(), password}}
}
