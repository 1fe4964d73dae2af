package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// The fake record holds the recoveries that a test puts there.

func (f *fakeStore) GetRecovery(_ context.Context, id string) (dispute.RecoveryRecord, error) {
	leave, err := f.enter()
	if err != nil {
		return dispute.RecoveryRecord{}, err
	}
	defer leave()
	for _, r := range f.recoveries {
		if r.Recovery.ID == id {
			return r, nil
		}
	}
	return dispute.RecoveryRecord{}, dispute.Errorf(dispute.CodeNotFound, "there is no recovery %s", id)
}

func (f *fakeStore) ListRecoveries(_ context.Context, filter dispute.RecoveryFilter) (dispute.RecoveryPage, error) {
	leave, err := f.enter()
	if err != nil {
		return dispute.RecoveryPage{}, err
	}
	defer leave()
	var page dispute.RecoveryPage
	for _, r := range f.recoveries {
		if filter.CaseID == "" || filter.CaseID == r.Recovery.CaseID {
			page.Items = append(page.Items, r)
		}
	}
	return page, nil
}

func (f *fakeStore) RecoveryTimeline(context.Context, string, int64, int) ([]dispute.RecoveryEntry, error) {
	return []dispute.RecoveryEntry{{Seq: 1, Type: dispute.EventRecoveryOpened, Actor: dispute.System, State: dispute.RecoveryRequired}}, nil
}

func (f *fakeDoor) onRecovery(ctx context.Context, r dispute.Recovery, command any) error {
	_, err := f.do(ctx, r.CaseID, command)
	return err
}

func (f *fakeDoor) SettleRecovery(ctx context.Context, r dispute.Recovery, c dispute.SettleCommand) error {
	return f.onRecovery(ctx, r, c)
}

func (f *fakeDoor) WriteOffRecovery(ctx context.Context, r dispute.Recovery, c dispute.WriteOffCommand) error {
	return f.onRecovery(ctx, r, c)
}

func (f *fakeDoor) ApproveWriteOff(ctx context.Context, r dispute.Recovery, c dispute.ApproveWriteOffCommand) error {
	return f.onRecovery(ctx, r, c)
}

func (f *fakeDoor) ContestRecovery(ctx context.Context, r dispute.Recovery, c dispute.ContestCommand) error {
	return f.onRecovery(ctx, r, c)
}

// readyRecovery is a recovery of case_mine to which the operation of a path may be done: it
// is denied, and a write-off is asked for where one is to be approved.
func readyRecovery(path string) []dispute.RecoveryRecord {
	r := dispute.Recovery{ID: "case_mine-carrier-1", CaseID: "case_mine", ShopID: "shop_main", Party: dispute.PartyCarrier, Number: 1, Version: 3,
		Currency: "CNY", Claimed: 5000, PolicyVersion: "default@3", Reason: dispute.ReasonDamagedInTransit, OrderID: "ord_1", OpenedAt: noon,
		Limits: dispute.WriteOffLimits{Agent: 100, Supervisor: 10000, Finance: 10000},
		Claims: []dispute.RecoveryClaim{{Key: "recovery/case_mine/carrier-1/claim-1", Amount: 5000, Status: dispute.ClaimDenied}}}
	if strings.Contains(path, "approval") {
		r.WriteOff = &dispute.WriteOff{ID: "w_1", Amount: 5000, Reason: "no_use", By: dispute.Actor{Role: dispute.RoleAgent, ID: "somebody"}, At: noon,
			State: dispute.WriteOffPending, Approver: dispute.RoleSupervisor}
	}
	r.Derive(noon)
	return []dispute.RecoveryRecord{{Recovery: r}}
}

func TestRecoveryInTheCaseIsForStaff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.recoveries = readyRecovery("")
	record := b.store.cases["case_mine"]
	record.Case.Stage, record.Case.Liability = dispute.StageFollowUp, []dispute.Share{{Party: dispute.PartyCarrier, Percent: 100}}
	b.store.cases["case_mine"] = record
	get := func(role dispute.Role) CaseView {
		return b.do(call{method: http.MethodGet, path: "/v1/cases/case_mine", as: role}).status(200).view()
	}
	staffs := get(dispute.RoleAgent)
	require.Len(t, staffs.Recoveries, 1)
	require.Equal(t, []string{dispute.ActionContest, dispute.ActionWriteOff}, staffs.Recoveries[0].AllowedActions)
	require.Empty(t, get(dispute.RoleCustomer).Recoveries)
	require.Empty(t, get(dispute.RoleMachine).Recoveries)
}

func TestRecoveryCommandsAreRefusedInTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.recoveries = readyRecovery("")
	post := func(verb, key string, as dispute.Role, body map[string]any) answer {
		return b.do(call{method: http.MethodPost, path: "/v1/recoveries/case_mine-carrier-1/" + verb, as: as, key: key, body: body})
	}
	post("write-off", "", dispute.RoleAgent, map[string]any{"reason": "no_use"}).status(400).code(dispute.CodeKeyMissing)
	post("write-off", "k1", dispute.RoleAgent, map[string]any{}).status(422).code(dispute.CodeInvalid)
	post("write-off", "k2", dispute.RoleAgent, map[string]any{"reason": "no_use", "expected_version": 2}).status(409).code(dispute.CodeStaleVersion)
	post("contest", "k3", dispute.RoleAgent, map[string]any{"evidence": []any{"ev_none"}}).status(422).code(dispute.CodeInvalid)
	require.Empty(t, b.door.commands)
	post("contest", "k4", dispute.RoleAgent, map[string]any{"note": "Look again."}).status(200)
	require.Len(t, b.door.commands, 1)
	post("contest", "k4", dispute.RoleAgent, map[string]any{"note": "Look again."}).status(200)
	require.Len(t, b.door.commands, 1, "the same key is answered what it was")
	b.do(call{method: http.MethodGet, path: "/v1/recoveries/case_x-carrier-1", as: dispute.RoleAgent}).status(404)
	b.do(call{method: http.MethodGet, path: "/v1/recoveries?party=customer", as: dispute.RoleAgent}).status(422)
}

func TestClaimEventsAreTranslated(t *testing.T) {
	t.Parallel()
	for _, tr := range []Translator{carrierEvents{}, claimEvents{}} {
		got, err := tr.Translate(WebhookBody{Type: "claim.updated", EventID: "e", Data: []byte(`{"claim_key":"recovery/c/carrier-1/claim-1","claim_ref":"r1","status":"paid","amount":{"amount":5,"currency":"CNY"},"sequence":2}`)})
		require.NoError(t, err)
		require.Equal(t, dispute.SignalClaimUpdate, got.Signal)
		require.Equal(t, dispute.Reference{Kind: dispute.RefClaim, Value: "recovery/c/carrier-1/claim-1"}, got.Reference)
		for _, bad := range []string{`{}`, `{"claim_key":"k","status":"paid","sequence":1}`, `{"claim_key":"k","status":"lost","sequence":1}`, `{"claim_key":"k","status":"denied"}`} {
			_, err := tr.Translate(WebhookBody{Type: "claim.updated", Data: []byte(bad)})
			require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), bad)
		}
	}
}
