package dispute

import (
	"slices"
	"time"
)

// OddParcels is what a return knows of parcels that did not arrive as they should: in
// several pieces, elsewhere, under another name, on an old label, or back at the customer's.
type OddParcels struct {
	// WarehouseID is where the goods are to arrive, as the warehouse's answer names it.
	WarehouseID string `json:"warehouse_id,omitempty"`
	// AstrayAt is the warehouse that has the goods though they were sent to another.
	AstrayAt string `json:"astray_at,omitempty"`
	// Aliases are names other than the RMA under which a warehouse reported the goods
	// before a person matched them.
	Aliases []string `json:"aliases,omitempty"`
	// Parcels are the pieces in which the goods came, where the warehouse tells them apart.
	Parcels []ReturnParcel `json:"parcels,omitempty"`
	// PartGiven says that what came was refunded while the rest was missing.
	PartGiven bool `json:"part_given,omitempty"`

	LabelValidUntil *time.Time `json:"label_valid_until,omitempty"`
	// WatchLabel says that the label ends before the time to send the goods does: then a
	// new one is issued by itself.
	WatchLabel  bool       `json:"watch_label,omitempty"`
	LabelNumber int        `json:"label_number,omitempty"` // of the last label, 0 for the first
	Relabel     string     `json:"relabel,omitempty"`      // why a new label is being asked for
	OldLabels   []OldLabel `json:"old_labels,omitempty"`
	CameBack    int        `json:"came_back,omitempty"` // how often the parcel came back to the customer
}

// The reasons of a new label.
const (
	RelabelAsked    = "asked"
	RelabelExpired  = "label_expired"
	RelabelCameBack = "returned_to_sender"
)

// OldLabel is a label that another took the place of. A parcel that comes with it is
// still the return's, unless it is the one that came back.
type OldLabel struct {
	LabelID  string `json:"label_id,omitempty"` // "" for a number that the customer gave
	Carrier  string `json:"carrier"`
	Number   string `json:"tracking_number"`
	Voided   bool   `json:"voided,omitempty"`
	CameBack bool   `json:"came_back,omitempty"`
}

// ReturnParcel is one piece of a return as the warehouse counted and found it.
type ReturnParcel struct {
	ID         string          `json:"id"` // the warehouse's
	Received   []ReceivedLine  `json:"received,omitempty"`
	Inspection []InspectedLine `json:"inspection,omitempty"`
	// WeightGrams is what it weighed at the dock, 0 where nobody weighed it.
	WeightGrams int `json:"weight_grams,omitempty"`
}

// old is the retired label with the number, nil if there is none.
func (o *OddParcels) old(carrier, number string) *OldLabel {
	for i := range o.OldLabels {
		if l := &o.OldLabels[i]; l.Carrier == carrier && l.Number == number {
			return l
		}
	}
	return nil
}

// CameBackUnder says whether the parcel with the number came back to the customer.
func (o *OddParcels) CameBackUnder(carrier, number string) bool {
	l := o.old(carrier, number)
	return l != nil && l.CameBack
}

// Counted says whether a parcel was counted before.
func (o *OddParcels) Counted(id string) bool {
	return slices.ContainsFunc(o.Parcels, func(p ReturnParcel) bool { return p.ID == id && len(p.Received) > 0 })
}

// Looked says whether a parcel was looked at before.
func (o *OddParcels) Looked(id string) bool {
	return slices.ContainsFunc(o.Parcels, func(p ReturnParcel) bool { return p.ID == id && len(p.Inspection) > 0 })
}

// parcel is the piece with the id, added where it is new.
func (o *OddParcels) parcel(id string) *ReturnParcel {
	i := slices.IndexFunc(o.Parcels, func(p ReturnParcel) bool { return p.ID == id })
	if i < 0 {
		o.Parcels = append(o.Parcels, ReturnParcel{ID: id})
		i = len(o.Parcels) - 1
	}
	return &o.Parcels[i]
}

// Count takes the count of a report in: the count of a whole return replaces what was
// counted, that of one parcel is added to those of the others.
func (r *ReturnLeg) Count(parcelID string, lines []ReceivedLine) {
	if parcelID == "" {
		r.Received = lines
		return
	}
	r.parcel(parcelID).Received = lines
	r.Received = nil
	for _, p := range r.Parcels {
		r.Received = append(r.Received, p.Received...)
	}
}

// Weigh takes the weight of a report in as Count does the count. Where a parcel was not
// weighed, what the whole weighs is not known.
func (r *ReturnLeg) Weigh(parcelID string, grams int) {
	if parcelID == "" {
		r.WeightGrams = grams
		return
	}
	r.parcel(parcelID).WeightGrams = grams
	r.WeightGrams = 0
	for _, p := range r.Parcels {
		if p.WeightGrams == 0 {
			r.WeightGrams = 0
			return
		}
		r.WeightGrams += p.WeightGrams
	}
}

// Find takes the finding of a report in as Count does the count.
func (r *ReturnLeg) Find(parcelID string, lines []InspectedLine) {
	if parcelID == "" {
		r.Inspection = lines
		return
	}
	r.parcel(parcelID).Inspection = lines
	r.Inspection = nil
	for _, p := range r.Parcels {
		r.Inspection = append(r.Inspection, p.Inspection...)
	}
}

// Uninspected says whether a parcel that came has not been looked at yet.
func (r *ReturnLeg) Uninspected() bool {
	return slices.ContainsFunc(r.Parcels, func(p ReturnParcel) bool { return len(p.Received) > 0 && len(p.Inspection) == 0 })
}

// Known says whether the warehouse may mean this return by a name.
func (r *ReturnLeg) Known(rma string) bool {
	return rma != "" && (r.RMAID == rma || slices.Contains(r.Aliases, rma))
}
