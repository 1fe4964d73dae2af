package workflows

import "go.temporal.io/sdk/workflow"

// Every change of the story that a case which is open may meet half-way, in one
// place. A predicate says whether the case goes the new way; the name of the change
// stands in the case's history, and neither may ever change (law 8).
//
// Most of what release 2 added needs no name here: a case takes a new way only where
// its policy, or the state that it brought along, says so, and no case of release 1
// has such a policy or state. See docs/decisions/0011-suspension.md.

// changeReproject: release 1 wrote the signal reproject down and did nothing.
const changeReproject = "reproject-rules-anew"

// reprojects says whether the signal reproject has the case's dates worked out anew.
func (r *caseRun) reprojects() bool {
	return r.world.version(changeReproject, 1) != workflow.DefaultVersion
}

// changeReissueLabels: releases 1 and 2 let a label end before the time to send the goods did.
const changeReissueLabels = "reissue-labels"

// reissuesLabels says whether a label that ends is replaced by itself.
func (r *caseRun) reissuesLabels() bool {
	return r.world.version(changeReissueLabels, 1) != workflow.DefaultVersion
}

// changeCameBack: releases 1 and 2 took a return that came back to the customer for one
// on its way.
const changeCameBack = "return-came-back"

// followsCameBack says whether the customer is told, and has to send the goods anew.
func (r *caseRun) followsCameBack() bool {
	return r.world.version(changeCameBack, 1) != workflow.DefaultVersion
}

// changePlainClocks: before it a clock that the rules cannot work out was asked for
// again every minute, and the case stood still.
const changePlainClocks = "plain-clock-where-none-can-be-worked-out"

// plainClocks says whether such a clock is replaced by a plain one.
func (r *caseRun) plainClocks() bool {
	return r.world.version(changePlainClocks, 1) != workflow.DefaultVersion
}

// changeWaitsForLegs: releases 1 and 2 closed a settled case over goods that came late and
// were not looked at yet.
const changeWaitsForLegs = "close-waits-for-legs"

// waitsForLegs says whether a settled case is kept open for a leg that is not at its end.
func (r *caseRun) waitsForLegs() bool {
	return r.world.version(changeWaitsForLegs, 1) != workflow.DefaultVersion
}

// changeOwnGoods: releases 1 and 2 did not look at goods that came back, where money for
// other units of the same line was out.
const changeOwnGoods = "judge-goods-that-something-waits-for"

// judgesOwnGoods says whether goods are looked at as long as something waits for them.
func (r *caseRun) judgesOwnGoods() bool {
	return r.world.version(changeOwnGoods, 1) != workflow.DefaultVersion
}

// changeByCause: releases 1 and 2 took signals that came together in the alphabet's order, a
// finding before the count that it followed.
const changeByCause = "signals-in-the-order-of-their-causes"

// ordersByCause says whether signals that came together are taken in the order of their causes.
func (r *caseRun) ordersByCause() bool {
	return r.world.version(changeByCause, 1) != workflow.DefaultVersion
}

// changeEachParcel: releases 1 and 2 took the first report on a parcel for old news once a
// later report on another parcel of the return was in.
const changeEachParcel = "first-report-of-each-parcel"

// takesEachParcel says whether the first report on a parcel is taken whatever its sequence.
func (r *caseRun) takesEachParcel() bool {
	return r.world.version(changeEachParcel, 1) != workflow.DefaultVersion
}
