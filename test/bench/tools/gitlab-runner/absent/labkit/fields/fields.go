package fields

const (
	DurationS      = "duration_s"
	HTTPStatusCode = "http_status_code"
)

type Deprecation struct{ Standard string }

var (
	Deprecated     = map[string]Deprecation{}
	VariantVersion = map[string]int{}
)
