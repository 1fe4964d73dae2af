package devstack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// watch prints the case's timeline as it happens. The returned function ends it,
// after the last entries when the story went well, and says what went wrong.
func (s *story) watch(ctx context.Context) func(toEnd bool) error {
	ctx, cancel := context.WithCancel(ctx)
	finish := make(chan struct{})
	done := make(chan error, 1)
	go func() { done <- s.follow(ctx, finish) }()
	return func(toEnd bool) error {
		defer cancel()
		if !toEnd {
			cancel()
		}
		close(finish)
		err := <-done
		if !toEnd {
			return nil
		}
		return err
	}
}

// follow reads the timeline until ctx is done, or once more after finish.
func (s *story) follow(ctx context.Context, finish <-chan struct{}) error {
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	var after int64
	var opened time.Time
	for last := false; ; {
		var page struct {
			Items []dispute.RecordedEntry `json:"items"`
		}
		if err := s.staff.get(ctx, fmt.Sprintf("/v1/cases/%s/timeline?after_seq=%d&limit=200", s.id, after), &page); err != nil {
			return fmt.Errorf("reading the timeline: %w", err)
		}
		for _, e := range page.Items {
			if opened.IsZero() {
				opened = e.At.Local()
			}
			after = e.Seq
			s.out.linef("%s", entryLine(opened, e))
		}
		if last {
			return nil
		}
		select {
		case <-tick.C:
		case <-finish:
			last = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// entryLine is one timeline entry for a reader in a terminal.
func entryLine(opened time.Time, e dispute.RecordedEntry) string {
	detail := strings.TrimSpace(e.Reason + "  " + plain(opened, e.Data))
	if runes := []rune(detail); len(runes) > 110 {
		detail = string(runes[:107]) + "..."
	}
	return fmt.Sprintf("  %+7.2f s  %-13s  %-9s  %-22s  %s", e.At.Sub(opened).Seconds(), e.Stage, e.Actor.Role, e.Type, detail)
}

// instantLayout is how an instant so far away is written.
func instantLayout(away time.Duration) string {
	if away.Abs() > 12*time.Hour {
		return "Mon 2006-01-02 15:04"
	}
	return time.TimeOnly
}

// plain writes an entry's data as name=value, what says most first; of an instant that
// is not near the opening the day too. Instants are in the zone of the opening.
func plain(opened time.Time, data json.RawMessage) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return "" // no data, or none that is an object
	}
	names := slices.SortedFunc(maps.Keys(fields), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(fields[a]), len(fields[b])), cmp.Compare(a, b))
	})
	var parts []string
	for _, name := range names {
		value := strings.Trim(string(fields[name]), `"`)
		if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
			value = at.In(opened.Location()).Format(instantLayout(at.Sub(opened)))
		}
		if value != "" && value != "null" {
			parts = append(parts, name+"="+value)
		}
	}
	return strings.Join(parts, " ")
}
