package activities

import (
	"context"

	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/dispute"
)

// recover works out what the case may claim back once its money has arrived. It comes
// with the record of the step that it follows from and costs the case nothing. What has
// to be claimed is not forgotten: the step waits for a worker that knows the policy.
func (r *Record) recover(ctx context.Context, b *dispute.Batch) error {
	if r.Rules == nil || !dispute.MayRecover(&b.Case) {
		return nil
	}
	book, err := r.Rules.book(ctx, &b.Case)
	if err != nil {
		return temporal.NewApplicationErrorWithCause(err.Error(), string(dispute.CodeUnavailable), err)
	}
	b.Recovering = book.Recoveries(&b.Case)
	return nil
}
