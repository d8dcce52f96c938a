package snowplow

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"gitlab.com/gitlab-org/labkit/v2/events/snowplow/metrics"
	"gitlab.com/gitlab-org/labkit/v2/events/snowplow/oidc"
)

type SendResult struct {
	EventCount, StatusCode int
	Err                    error
}

type (
	SendCallback  func(successes, failures []SendResult)
	EmitterOption struct{}
	Emitter       struct{}
	Tracker       struct{}
)

type BillingEventRequiredInput struct {
	Category, EventType, Realm, UnitOfMeasure string
	Quantity                                  float64
}

type BillingEventOptionalInput struct {
	Subject, DeploymentType, InstanceID, UniqueInstanceID   string
	Metadata                                                map[string]any
	ProjectID, NamespaceID, RootNamespaceID, OrganizationID int64
}

func WithCallback(SendCallback) EmitterOption                              { return EmitterOption{} }
func WithTokenSource(*oidc.Source) EmitterOption                           { return EmitterOption{} }
func WithMetricsCollectorOptions(...metrics.CollectorOption) EmitterOption { return EmitterOption{} }

func NewEmitter(string, ...EmitterOption) (*Emitter, error) { return nil, errors.New("not supported") }
func NewTracker(string, *Emitter) (*Tracker, error)         { return nil, errors.New("not supported") }

func (*Emitter) Collector() prometheus.Collector { return nil }
func (*Tracker) Stop()                           {}
func (*Tracker) TrackBillingEventWithOptionalInput(BillingEventRequiredInput, BillingEventOptionalInput) error {
	return nil
}
