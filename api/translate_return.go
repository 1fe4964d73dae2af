package api

import "github.com/redresshq/redress/dispute"

// named checks how a warehouse names the goods, and says how their case is found: by the
// RMA, else by the parcel's number. What has neither waits for a person to match it.
func (d *warehouseData) named(f *faults) dispute.Reference {
	d.LegID = "" // ours to say
	for _, id := range []struct{ pointer, value string }{
		{"/data/rma_id", d.RMAID}, {"/data/order_id", d.OrderID}, {"/data/carrier", d.Carrier},
		{"/data/tracking_number", d.TrackingNumber}, {"/data/parcel_id", d.ParcelID}, {"/data/warehouse_id", d.WarehouseID},
	} {
		f.need(id.value == "" || name(id.value), id.pointer, "an id of 1 to 100 printable characters")
	}
	f.need((d.Carrier == "") == (d.TrackingNumber == ""), "/data/tracking_number", "together with its carrier")
	switch {
	case d.RMAID != "":
		return dispute.Reference{Kind: dispute.RefRMA, Value: d.RMAID}
	case d.TrackingNumber != "":
		return dispute.Reference{Kind: dispute.RefTracking, Value: d.Carrier + "/" + d.TrackingNumber}
	}
	skus := false
	for _, l := range d.Lines {
		skus = skus || l.SKU != "" || l.LineID != ""
	}
	f.need(d.OrderID != "" || skus, "/data/rma_id", "the RMA, a tracking number, or at least the order or the goods")
	return dispute.Reference{}
}
