package client

import "time"

type State int

func (State) String() string { return "" }

const (
	StateSuccess State = iota
	StateCancelled
)

type ErrorKind int

const (
	ErrorInternal ErrorKind = iota
	ErrorStepFailure
	ErrorCancelled
	ErrorTimeout
	ErrorUnknown
)

type Status struct {
	State     State
	ErrorKind ErrorKind
	Message   string
}

type Variable struct {
	Key, Value   string
	File, Masked bool
}

type RunRequest struct {
	Id, WorkDir, BuildDir, Steps string
	Timeout                      *time.Duration
	Env                          map[string]string
	Variables                    []Variable
}
