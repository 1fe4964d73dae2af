package dispute

// An apology is a leg without details: it is carried out by telling the customer, which
// stands in the record with the turn that carries it out. So it never closes a case in
// silence, and is counted like every other leg.
var apologyMoves = map[LegState][]LegState{
	MoneyRequired: {MoneySucceeded, MoneyCancelled},
}
