package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// variable is one that Load reads, with the type of what it holds.
type variable struct {
	name string
	kind reflect.Type
}

// variablesOf lists the variables of a struct of settings, and of those in it.
func variablesOf(t reflect.Type, prefix string) []variable {
	var all []variable
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("env")
		switch {
		case name != "":
			all = append(all, variable{prefix + name, f.Type})
		case f.Type.Kind() == reflect.Struct:
			all = append(all, variablesOf(f.Type, prefix+f.Tag.Get("envPrefix"))...)
		}
	}
	return all
}

// wrongValues says of every variable that cannot be read what it holds and what it must
// be; nil if all can. Secrets are texts, and never among them.
func wrongValues() error {
	var wrong []error
	for _, v := range variablesOf(reflect.TypeFor[Config](), "") {
		value := os.Getenv(v.name)
		if want := wanted(v.kind, value); value != "" && want != "" {
			wrong = append(wrong, fmt.Errorf("settings: %s is %q; it must be %s", v.name, value, want))
		}
	}
	return errors.Join(wrong...)
}

// wanted says what a value of a type must be, "" if this one is.
func wanted(kind reflect.Type, value string) string {
	value = strings.TrimSpace(value)
	switch kind {
	case reflect.TypeFor[time.Duration]():
		if _, err := time.ParseDuration(value); err != nil {
			return "a length of time, e.g. 20s or 2m"
		}
		return ""
	case reflect.TypeFor[slog.Level]():
		if new(slog.Level).UnmarshalText([]byte(value)) != nil {
			return "debug, info, warn or error"
		}
		return ""
	}
	switch kind.Kind() {
	case reflect.Int:
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			return "a whole number"
		}
	case reflect.Bool:
		if _, err := strconv.ParseBool(value); err != nil {
			return "true or false"
		}
	}
	return ""
}

// outOfRange says which setting is read and cannot be meant, nil if none is.
func (c Config) outOfRange() error {
	var wrong []error
	between := func(name string, value, least, most int) {
		if value < least || value > most {
			wrong = append(wrong, fmt.Errorf("settings: %s is %d; it must be from %d to %d", name, value, least, most))
		}
	}
	const lastPort = 65535
	between("REDRESS_API_PORT", c.Dev.APIPort, 0, lastPort)
	between("REDRESS_TEMPORAL_PORT", c.Dev.TemporalPort, 0, lastPort)
	between("REDRESS_TEMPORAL_UI_PORT", c.Dev.TemporalUIPort, 0, lastPort)
	between("REDRESS_POSTGRES_PORT", c.Dev.PostgresPort, 0, lastPort)
	between("REDRESS_PARTNERS_PORT", c.Dev.PartnersPort, 0, lastPort-6) // the first of seven
	between("REDRESS_WEEKLY_REPORT_DAY", c.Worker.WeeklyDay, 1, 7)
	between("REDRESS_WEEKLY_REPORT_HOUR", c.Worker.WeeklyHour, 0, 23)
	notNegative := func(name string, d time.Duration) {
		if d < 0 {
			wrong = append(wrong, fmt.Errorf("settings: %s is %s; it must not be negative", name, d))
		}
	}
	notNegative("REDRESS_DRAIN_TIMEOUT", c.API.DrainTimeout)
	notNegative("REDRESS_IDEMPOTENCY_LEASE", c.API.Lease)
	notNegative("REDRESS_WORKER_STOP_TIMEOUT", c.Worker.StopTimeout)
	if _, err := time.LoadLocation(c.Worker.WeeklyZone); err != nil {
		wrong = append(wrong, fmt.Errorf("settings: REDRESS_WEEKLY_REPORT_ZONE is %q; it must be a zone such as Asia/Shanghai", c.Worker.WeeklyZone))
	}
	if c.Log.Format != "json" && c.Log.Format != "text" {
		wrong = append(wrong, fmt.Errorf("settings: REDRESS_LOG_FORMAT is %q; it may be json or text", c.Log.Format))
	}
	if _, err := c.Webhooks.Networks(); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}
