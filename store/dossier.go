package store

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// Dossier returns everything that is on record of a case, all of one instant;
// CodeNotFound. The bytes of evidence lie elsewhere.
func (s *Store) Dossier(ctx context.Context, caseID string) (dispute.Dossier, error) {
	d := dispute.Dossier{Chain: dispute.ChainReport{CaseID: caseID}}
	err := s.inTx(ctx, "dossier of "+caseID, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
			return err
		}
		for _, read := range []func(context.Context, pgx.Tx, string, *dispute.Dossier) error{
			readDossierCase, readDossierTimeline, s.readDossierTexts, s.readDossierEvidence, readDossierMoney, readDossierNotices,
			readDossierReports, readDossierPolicies,
		} {
			if err := read(ctx, tx, caseID, &d); err != nil {
				return err
			}
		}
		return nil
	})
	return d, err
}

func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func readDossierCase(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) error {
	var kept retentionRow
	var end chainHead
	r := &d.Record
	err := tx.QueryRow(ctx, "SELECT doc, gate, orphaned, run_id, timeline_seq, timeline_hash, "+retentionColumns+" FROM cases WHERE id = $1", caseID).
		Scan(append([]any{&r.Case, &r.Gate, &r.Orphaned, &r.RunID, &end.seq, &end.hash}, kept.fields()...)...)
	if ignoreNoRows(err) == nil && err != nil {
		return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", caseID)
	}
	if err != nil {
		return err
	}
	r.Retention = kept.retention()
	return verify(ctx, tx, end, &d.Chain)
}

func readDossierTimeline(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) error {
	entries, err := collect(ctx, tx, scanEntry, `SELECT `+entryColumns+` FROM timeline WHERE case_id = $1 ORDER BY seq`, caseID)
	for _, e := range entries {
		text, err := sealedText(e)
		if err != nil {
			return err
		}
		d.Timeline = append(d.Timeline, dispute.SealedEntry{RecordedEntry: e, Sealed: string(text)})
	}
	return err
}

func (s *Store) readDossierTexts(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) (err error) {
	d.Texts, err = collect(ctx, tx, func(r pgx.CollectableRow) (t dispute.Text, err error) {
		if err := r.Scan(&t.ID, &t.CaseID, &t.Kind, &t.Author.Role, &t.Author.ID, &t.Body, &t.Internal, &t.CreatedAt, &t.ErasedAt); err != nil {
			return t, err
		}
		t.CreatedAt, t.ErasedAt = t.CreatedAt.UTC(), inUTC(t.ErasedAt)
		t.Body, err = s.keys.OpenText(t.Body)
		return t, err
	}, `SELECT t.id, t.case_id, t.kind, t.author_role, t.author_id, t.body, t.internal, t.created_at, c.texts_erased_at
		FROM case_texts t JOIN cases c ON c.id = t.case_id WHERE t.case_id = $1 ORDER BY t.created_at, t.id`, caseID)
	return err
}

func (s *Store) readDossierEvidence(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) (err error) {
	d.Evidence, err = collect(ctx, tx, func(r pgx.CollectableRow) (e dispute.EvidenceFile, err error) {
		if err := r.Scan(append(evidenceFields(&e.Evidence), &e.FileName)...); err != nil {
			return e, err
		}
		e.ReceivedAt = e.ReceivedAt.UTC()
		e.FileName, err = s.keys.OpenText(e.FileName)
		return e, err
	}, `SELECT `+evidenceColumns+`, coalesce(t.body, '') FROM evidence e LEFT JOIN case_texts t ON t.id = e.file_name_id
		WHERE e.case_id = $1 ORDER BY e.received_at, e.id`, caseID)
	return err
}

func readDossierMoney(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) (err error) {
	d.Movements, err = collect(ctx, tx, func(r pgx.CollectableRow) (m dispute.MoneyMovement, err error) {
		err = r.Scan(&m.Type, &m.Key, &m.LegID, &m.OrderID, &m.PaymentID, &m.Amount.Amount, &m.Amount.Currency, &m.Status, &m.ProviderRef,
			&m.ClaimedAt, &m.SentAt, &m.SettledAt)
		m.ClaimedAt, m.SentAt, m.SettledAt = m.ClaimedAt.UTC(), inUTC(m.SentAt), inUTC(m.SettledAt)
		return m, err
	}, `SELECT 'refund', key, leg_id, order_id, payment_id, amount, currency, status, provider_ref, created_at, sent_at, settled_at
			FROM refunds WHERE case_id = $1
		UNION ALL SELECT 'payout', key, leg_id, '', '', amount, currency, status, provider_ref, created_at, sent_at, settled_at FROM payouts WHERE case_id = $1
		UNION ALL SELECT 'credit', key, leg_id, '', '', amount, currency, status, provider_ref, created_at, sent_at, settled_at FROM credits WHERE case_id = $1
		ORDER BY 10, 2`, caseID)
	if err != nil {
		return err
	}
	d.Recoveries, err = collect(ctx, tx, pgx.RowTo[json.RawMessage], "SELECT doc FROM recoveries WHERE case_id = $1 ORDER BY id", caseID)
	return err
}

func readDossierNotices(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) (err error) {
	d.Notices, err = collect(ctx, tx, func(r pgx.CollectableRow) (n dispute.DossierNotice, err error) {
		var data []byte
		err = r.Scan(&n.Milestone, &n.Number, &n.To, &n.State, &n.CreatedAt, &n.SettledAt, &data)
		n.CreatedAt, n.SettledAt, n.Data = n.CreatedAt.UTC(), inUTC(n.SettledAt), data
		return n, err
	}, `SELECT milestone, number, to_role, state, created_at, settled_at, data FROM outbox WHERE case_id = $1 ORDER BY id`, caseID)
	return err
}

func readDossierReports(ctx context.Context, tx pgx.Tx, caseID string, d *dispute.Dossier) (err error) {
	d.Reports, err = collect(ctx, tx, scanInbox, "SELECT "+inboxColumns+" FROM inbox WHERE case_id = $1 AND source <> 'api' ORDER BY id", caseID)
	return err
}

// cited finds the names of policy versions in a document.
var cited = regexp.MustCompile(`[a-z][a-z0-9_-]{0,60}@[0-9]{1,7}`)

// readDossierPolicies reads the version that the case goes by, and those that something
// in it or in its timeline cites.
func readDossierPolicies(ctx context.Context, tx pgx.Tx, _ string, d *dispute.Dossier) error {
	doc, err := json.Marshal(d.Record.Case)
	if err != nil {
		return err
	}
	names := cited.FindAllString(string(doc), -1)
	for _, e := range d.Timeline {
		names = append(names, cited.FindAllString(e.Reason+" "+string(e.Data), -1)...)
	}
	slices.Sort(names)
	for _, id := range slices.Compact(names) {
		name, version, _ := strings.Cut(id, "@")
		number, err := strconv.Atoi(version)
		if err != nil {
			continue
		}
		found, err := collect(ctx, tx, func(row pgx.CollectableRow) (r dispute.RuleRevision, err error) {
			err = row.Scan(append(ruleFields(&r), &r.Files)...)
			ruleInUTC(&r)
			return r, err
		}, `SELECT `+ruleColumns+`, r.files FROM rule_revisions r WHERE r.kind = 'policy' AND r.name = $1 AND r.number = $2
			ORDER BY r.revision DESC LIMIT 1`, name, number)
		if err != nil {
			return err
		}
		d.Policies = append(d.Policies, found...)
	}
	return nil
}

// sealedText is the entry as canonical JSON: what its hash covers besides the hash before it.
func sealedText(e dispute.RecordedEntry) ([]byte, error) {
	return json.Marshal(sealed{
		CaseID: e.CaseID, Seq: e.Seq, Type: e.Type, At: utc(e.At).Format(time.RFC3339Nano), Role: e.Actor.Role,
		Actor: e.Actor.ID, Stage: e.Stage, Reason: e.Reason, EventID: e.EventID, Data: string(e.Data),
	})
}
