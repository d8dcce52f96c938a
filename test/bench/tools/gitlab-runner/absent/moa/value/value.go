package value

import (
	"errors"
	"iter"
)

type Kind string

const (
	NullKind   Kind = "null"
	StringKind Kind = "string"
	NumberKind Kind = "number"
	BoolKind   Kind = "boolean"
	ArrayKind  Kind = "array"
	ObjectKind Kind = "object"
)

var (
	ErrAttributeNotFound = errors.New("attribute not found")
	ErrInvalidKey        = errors.New("invalid key")
)

type Value struct{}

func (Value) Kind() Kind               { return NullKind }
func (v Value) WithMarks(uint16) Value { return v }
func (Value) HasMarks(uint16) bool     { return false }
func (Value) String() string           { return "" }

type Mapper interface {
	All() iter.Seq2[Value, Value]
	Attr(string) (Value, error)
	Get(Value) (Value, error)
	Keys() iter.Seq[Value]
	Len() int
	Values() iter.Seq[Value]
	WithMarks(uint16) Mapper
}

func Object(Mapper) Value { return Value{} }
func String(string) Value { return Value{} }
func Null() Value         { return Value{} }
