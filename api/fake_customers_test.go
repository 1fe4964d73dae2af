package api

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

func (f *fakeStore) batch() dispute.DefectBatch {
	at := f.now()
	return dispute.DefectBatch{ID: "batch_1", SKU: "LAMP-01", Lot: "L7", Cases: 3, Customers: 3, FirstAt: at, LastAt: at, Told: "purchasing", FoundAt: at,
		CaseIDs: []string{"case_1"}}
}

func (f *fakeStore) ListBatches(_ context.Context, sku, after string, limit int) ([]dispute.DefectBatch, error) {
	if sku == "nothing" {
		return nil, nil
	}
	second := f.batch()
	second.ID = "batch_2"
	all := []dispute.DefectBatch{f.batch(), second}
	if after == "batch_1" {
		all = all[1:]
	}
	return all[:min(limit, len(all))], nil
}

func (f *fakeStore) BatchesOf(context.Context, string) ([]dispute.DefectBatch, error) {
	return []dispute.DefectBatch{f.batch()}, nil
}

func (f *fakeStore) CustomerHistory(context.Context, string, string, time.Time) (dispute.HistoryFacts, error) {
	return dispute.HistoryFacts{Cases: 2}, nil
}

func (f *fakeStore) Preferences(context.Context, string) (dispute.Preferences, error) {
	at := f.now()
	return dispute.Preferences{Language: dispute.LanguageEnglish, Note: "rings in the evening", UpdatedAt: &at}, nil
}

func (f *fakeStore) SetPreferences(context.Context, string, dispute.Preferences, dispute.Role) error {
	return nil
}

func (f *fakeDoor) ReviewRisk(ctx context.Context, id string, c dispute.RiskReviewCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}

func (f *fakeDoor) GiveOpinion(ctx context.Context, id string, c dispute.SecondOpinionCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
