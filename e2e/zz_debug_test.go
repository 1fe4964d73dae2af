package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/redresshq/redress/workflows"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

func dumpZZ(t *testing.T, s *stack) {
	for _, st := range []dispute.InboxState{"pending", "unmatched", "invalid", "delivered", "late"} {
		l, err := s.record.ListInbox(context.Background(), st, 0, 50)
		fmt.Println(st, err)
		for _, e := range l {
			fmt.Printf("%+v\n", e)
		}
	}
	es, _ := s.box.Ledger(context.Background(), partners.Carrier, partners.Filter{Type: "all"})
	for _, e := range es {
		fmt.Println(e.Type, e.Kind, e.Status, e.Fault, string(e.Data))
	}
	page, err := s.record.ListCases(context.Background(), dispute.CaseFilter{Limit: 50})
	fmt.Println(err)
	for _, r := range page.Cases {
		fmt.Println("CASE", r.Case.ID, r.Case.Stage)
		if r.Case.Stage == "closed" {
			continue
		}
		es, _ := s.record.Timeline(context.Background(), r.Case.ID, 0, 200)
		for _, e := range es {
			fmt.Println(e.Type, e.Reason, string(e.Data))
		}
		it := s.engine.GetWorkflowHistory(context.Background(), workflows.CaseID(r.Case.ID), "", false, 1)
		for it.HasNext() {
			e, err := it.Next()
			if err != nil {
				fmt.Println(err)
				break
			}
			fmt.Println(e.EventId, e.EventType, e.GetWorkflowTaskFailedEventAttributes())
		}
	}
}
