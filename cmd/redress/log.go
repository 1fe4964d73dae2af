package main

import (
	"io"
	"log/slog"

	"github.com/redresshq/redress/cmd/redress/config"
)

// newLogger writes what the settings ask for to out.
func newLogger(out io.Writer, c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "text" {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}
