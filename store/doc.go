// Package store is the memory of Redress: the record of cases in PostgreSQL, and
// the only SQL of the project.
//
// Every error that a method returns is a *dispute.Error where the caller can act on
// it (its comment names the codes), CodeUnavailable when the database cannot be
// reached or is overloaded, or else a plain wrapped error, which is a fault of ours.
package store
