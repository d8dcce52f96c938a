package schema

type StepInputs map[string]any

type Step struct {
	Name   *string
	Step   any
	Func   any
	Inputs StepInputs
	Run    []Step
}
