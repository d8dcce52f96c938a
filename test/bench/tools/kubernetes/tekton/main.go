// Program tekton answers one question with Tekton's own packages, from standard input to standard output in JSON:
//
//	tekton validate    what is wrong with objects
//	tekton render      the Pod of a TaskRun, and whether the cluster would take it
//	tekton status      the status of a TaskRun whose Pod has ended
//	tekton resolve     an object of a bundle on a registry
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 1 {
		switch arguments[0] {
		case "validate":
			return answer(validate)
		case "render":
			return answer(render)
		case "status":
			return answer(status)
		case "resolve":
			return answer(entry)
		}
	}
	return fmt.Errorf("usage: tekton validate|render|status|resolve")
}

// answer reads the question, strictly, and writes what the function makes of it.
func answer[Question, Answer any](function func(Question) (Answer, error)) error {
	var question Question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&question); err != nil {
		return fmt.Errorf("the question: %w", err)
	}
	reply, err := function(question)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(reply)
}
