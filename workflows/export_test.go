package workflows

import (
	"context"
	"encoding/json"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Whole is Forecast with every repetition listed.
func (f *Forecaster) Whole(ctx context.Context, c dispute.Case, engine json.RawMessage, at time.Time) (dispute.Forecast, error) {
	p, err := f.resume(ctx, c, engine, at)
	if err != nil {
		return dispute.Forecast{}, err
	}
	p.whole = true
	return p.play("")
}

// WholeSimulation is Simulate with every repetition listed.
func (f *Forecaster) WholeSimulation(ctx context.Context, claim dispute.Claim, at time.Time) (dispute.Forecast, error) {
	p := f.claimed(ctx, claim, at)
	p.whole = true
	return p.play("")
}
