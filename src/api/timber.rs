//! TimberData's lists: what is documented of them. Their paths are the provider's `paths`, because
//! one of them is not confirmed by a page that could be read.

use super::list::List;
use super::members::{LIST, NAMED, NUMBER, OBJECT, SCALAR, TEXT};

/// Who signed in, with groups and address. Any scope will do.
pub const USER: List = List {
    name: "user",
    path: None,
    entries: None,
    columns: &["id", "name", "email", "company_name", "address.city"],
    members: &[
        (TEXT, "name email company_name"),
        (SCALAR, "id birthday business_account"),
        (LIST, "groups"),
        (OBJECT, "address"),
    ],
};

pub const WOODLISTS: List = List {
    name: "woodlists",
    path: None,
    entries: Some("entries"),
    columns: &[
        "id",
        "number",
        "name",
        "reference_date",
        "base_area",
        "includes_wood_types",
        "updated",
    ],
    members: &[
        (TEXT, "name note"),
        (SCALAR, "id number reference_date created updated"),
        (OBJECT, "owner_group created_by"),
        (NAMED, "base_area"),
        (
            LIST,
            "includes_areas includes_wood_types includes_usages includes_qualities \
             includes_calamities",
        ),
    ],
};

/// The columns are those of piles.
pub const AGGREGATIONS: List = List {
    name: "aggregations",
    path: None,
    entries: Some("entries"),
    columns: &[],
    members: &[
        (NUMBER, "latitude longitude protocol_fm_volume sale_fm_volume avg_length avg_diameter"),
        (TEXT, "woodlist_name note"),
        (
            SCALAR,
            "id created_at updated_at revision protocol_quantity sale_quantity sale_status \
             sale_date sale_net_total sale_avg_unit_price measurement_type \
             supplier_billing_status contractor_status transport_status woodlist_id \
             woodlist_number woodlist_date sellingunit_number number bark_reduction_type \
             cut_identifier",
        ),
        (OBJECT, "owner_group creator_account buyer seller_group"),
        (NAMED, "area base_area"),
        (LIST, "images tree_types usages qualities thickness_classes calamities class_entries"),
    ],
};
