package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/redresshq/redress/dispute"
)

// mapError is the one table from the database's errors to ours. An error of ours
// passes; the end of the caller's context stays recognisable by errors.Is.
func mapError(what string, err error) error {
	if err == nil {
		return nil
	}
	var ours *dispute.Error
	if errors.As(err, &ours) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return coded(dispute.CodeNotFound, "there is no such thing on record", what, err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return mapSQLState(what, pg.Code, err)
	}
	if isUnreachable(err) {
		return coded(dispute.CodeUnavailable, "the database cannot be reached", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// mapSQLState sorts PostgreSQL's own error codes.
func mapSQLState(what, code string, err error) error {
	switch {
	case strings.HasPrefix(code, "08"), // connection
		strings.HasPrefix(code, "53"),    // out of connections, disk, memory
		strings.HasPrefix(code, "57"),    // shutting down, starting up, statement timeout
		code == "40001", code == "40P01", // serialisation, deadlock
		code == "55P03",                                   // lock timeout
		code == "25006",                                   // read-only: a failover under way
		code == "25P03",                                   // idle in transaction for too long
		code == "42P01", code == "42883", code == "42703", // not migrated yet
		code == "3D000", strings.HasPrefix(code, "28"): // no database yet, or its password changed
		return coded(dispute.CodeUnavailable, "the database is not available", what, err)
	case code == "23503":
		return coded(dispute.CodeNotFound, "it refers to something that is not on record", what, err)
	case code == "23505":
		return coded(dispute.CodeInvalid, "it is already on record", what, err)
	case strings.HasPrefix(code, "23"), strings.HasPrefix(code, "22"):
		return coded(dispute.CodeInvalid, "the record does not accept this value", what, err)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

// isUnreachable says whether the error is the connection's rather than the query's.
func isUnreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, syscall.ECONNRESET) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) ||
		strings.HasSuffix(err.Error(), "conn closed") // pgx has no value for it
}

// coded makes an Error whose message is safe to show, with its cause for logs.
func coded(code dispute.Code, message, what string, cause error) *dispute.Error {
	e := dispute.Errorf(code, "%w", fmt.Errorf("%s: %w", what, cause))
	e.Message = message
	return e
}

// sqlState returns PostgreSQL's code of the error, "" if it is not PostgreSQL's.
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
