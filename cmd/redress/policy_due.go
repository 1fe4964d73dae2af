package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

type policyDueCommand struct {
	Calendar  string   `default:"cn" help:"The calendar's id."`
	From      string   `required:"" help:"The start: 2026-09-24T16:30:00+08:00, or '2026-09-24 16:30' in the calendar's zone."`
	Budget    string   `required:"" help:"The span: 48h, 7d, 7ed (to the end of the day), 7wd (working days), 4bh or 30bm (while --hours are open)."`
	Hours     []string `help:"Opening hours for bh and bm, e.g. 09:00-12:00,13:00-18:00."`
	EveryDay  bool     `help:"The hours are open on every day, not on working days only."`
	CountFrom string   `default:"at_once" enum:"at_once,next_minute,next_day" help:"When counting begins: at_once, next_minute or next_day."`
	Dir       string   `help:"A folder of calendars (<id>-<year>.yaml) beside those there are." type:"existingdir"`
	Explain   bool     `help:"Say day by day what counts and what does not."`
	JSON      bool     `name:"json" help:"Print JSON."`
}

// Run prints the instant, in the calendar's zone, and why.
func (c policyDueCommand) Run(ctx context.Context, settings config.Config) error {
	l, err := libraryOf(ctx, settings)
	if err != nil {
		return err
	}
	if l, err = withCalendars(l, c.Dir); err != nil {
		return err
	}
	calendar, err := l.Calendar(c.Calendar)
	if err != nil {
		return err
	}
	text, p, err := c.answer(calendar)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(os.Stdout, p)
	}
	fmt.Print(text)
	return nil
}

// answer works the instant out.
func (c policyDueCommand) answer(calendar dispute.Calendar) (string, dispute.Projection, error) {
	from, err := startOf("--from", c.From, calendar.Zone())
	if err != nil {
		return "", dispute.Projection{}, err
	}
	span, err := dispute.ParseSpan(c.Budget)
	if err != nil {
		return "", dispute.Projection{}, fmt.Errorf("--budget: %w", err)
	}
	var hours *dispute.Hours
	if len(c.Hours) > 0 {
		rule := dispute.HoursRule{Days: "working", Open: c.Hours}
		if c.EveryDay {
			rule.Days = "every"
		}
		if hours, err = dispute.ParseHours(rule); err != nil {
			return "", dispute.Projection{}, fmt.Errorf("--hours: %w", err)
		}
	}
	p, err := dispute.ExplainDue(calendar, hours, from, span, dispute.CountFrom(c.CountFrom))
	if err != nil {
		return "", p, err
	}
	if c.Explain {
		text, err := dispute.ExplainDueText(calendar, hours, from, span, dispute.CountFrom(c.CountFrom))
		return text, p, err
	}
	text := p.At.In(calendar.Zone()).Format("Mon 2006-01-02 15:04:05 -07:00") + "\n" + p.Why + "\n"
	if p.Provisional {
		text += "provisional: a year on the way is not published\n"
	}
	return text, p, nil
}

// startOf reads the instant of a flag with its offset, or a local time in the zone.
func startOf(flag, text string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s: %q is neither 2026-09-24T16:30:00+08:00 nor '2026-09-24 16:30'", flag, text)
}
