// Package dispute holds the rules of Redress: what a case is, which moves are
// legal, what a clock means, who owes what, and what a refund may come to.
//
// Nothing in it reads the wall clock, the network or a database; every function
// is a pure account of facts given to it. Wire values (JSON names and constants)
// are those of the REST and engine contracts and never change silently.
package dispute
