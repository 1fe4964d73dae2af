package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// bundle is what most tests of the store need.
type bundle struct {
	*store.Store
	url string
}

func setup(t testing.TB) *bundle {
	t.Helper()
	s, url := storetest.New(t)
	return &bundle{Store: s, url: url}
}

// super connects as the superuser, past the restricted role.
func (b *bundle) super(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func newCase(id string) dispute.Case {
	return dispute.Case{
		ID: id, ShopID: "shop_1", PolicyVersion: "default@1", Kind: dispute.KindReturn, Reason: dispute.ReasonDamagedInTransit,
		Channel: dispute.ChannelInApp, OrderID: "order_" + id, CustomerID: "cus_1", Currency: "CNY", OpenedBy: dispute.System,
		Lines: []dispute.Line{{LineID: "line_1", Quantity: 1}}, Stage: dispute.StageIntake, WaitingOn: dispute.WaitingNone,
		OpenedAt: noon,
	}
}

// opening is the first batch of a case.
func opening(c dispute.Case) dispute.Batch {
	return dispute.Batch{CaseID: c.ID, RunID: "run_1", Number: 1, At: noon, Opening: true, Case: c,
		Entries: []dispute.Entry{{Type: dispute.EventOpened, At: noon, Actor: c.OpenedBy, Stage: c.Stage, Data: []byte(`{"b":1.50,"a":"<x>"}`)}}}
}

// next is a later batch of the same run, with n entries.
func next(c dispute.Case, number int64, n int) dispute.Batch {
	b := dispute.Batch{CaseID: c.ID, RunID: "run_1", Number: number, At: noon, Case: c}
	for i := range n {
		b.Entries = append(b.Entries, dispute.Entry{Type: dispute.EventNote, At: noon, Reason: fmt.Sprintf("note %d", i)})
	}
	return b
}

// open records the opening of a case with the id.
func (b *bundle) open(t testing.TB, id string) dispute.Case {
	t.Helper()
	c := newCase(id)
	r, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Version)
	return c
}

// closeCase records the end of a case.
func (b *bundle) closeCase(t testing.TB, c dispute.Case, number int64) {
	t.Helper()
	require.Empty(t, b.tryClose(t, c, number).Pending)
}

func (b *bundle) tryClose(t testing.TB, c dispute.Case, number int64) dispute.Receipt {
	t.Helper()
	c.Stage, c.Outcome = dispute.StageClosed, dispute.OutcomeWithdrawn
	batch := next(c, number, 1)
	batch.Gate = dispute.GateClosed
	r, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	return r
}

func requireCode(t testing.TB, want dispute.Code, err error) {
	t.Helper()
	require.Equal(t, want, dispute.CodeOf(err), "%v", err)
}
