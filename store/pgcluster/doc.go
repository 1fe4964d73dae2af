// Package pgcluster runs a private PostgreSQL server: it makes the data directory,
// starts the server as a child, waits until it takes connections, and stops it in
// order. `redress dev` keeps its database this way, and so do the tests.
//
// The server listens on 127.0.0.1 alone and asks for a password which is made with
// the data directory. It dies with the process that started it.
package pgcluster
