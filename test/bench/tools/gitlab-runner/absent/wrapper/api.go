package api

import (
	"context"
	"errors"

	"github.com/sirupsen/logrus"
)

type Status int

const (
	StatusUnknown Status = iota
	StatusRunning
	StatusInShutdown
	StatusStopped
)

func (Status) String() string { return "" }

var ErrProcessNotInitialized = errors.New("process not initialized")

type ShutdownCallbackDef interface {
	URL() string
	Method() string
}

type ShutdownCallback interface{ Run(context.Context) }

type InitGracefulShutdownRequest interface{ ShutdownCallbackDef() ShutdownCallbackDef }

func NewShutdownCallback(logrus.FieldLogger, ShutdownCallbackDef) ShutdownCallback { return nil }
