package devstack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// foretell shows what would become of the case if the story stopped here.
func (s *story) foretell(ctx context.Context) error {
	var f dispute.Forecast
	if err := s.staff.get(ctx, "/v1/cases/"+s.id+"/forecast", &f); err != nil {
		return fmt.Errorf("asking what happens if nobody acts: %w", err)
	}
	layout := time.TimeOnly
	if n := len(f.Steps); n > 0 {
		layout = instantLayout(f.Steps[n-1].At.Sub(f.At))
	}
	var table strings.Builder
	if err := f.Write(&table, layout, time.Local); err != nil {
		return fmt.Errorf("writing the forecast: %w", err)
	}
	s.out.linef("\n  The forecast, if nobody acts (times of this machine, UTC%s):\n%s", time.Now().Format("-07:00"), table.String())
	return nil
}
