//! TimberData's lists: what is documented of them. Their paths are the provider's `paths`, because
//! one of them is not confirmed by a page that could be read.

use super::list::List;
use super::members::MemberType::{List as Lists, Named, Number, Object, Scalar, Text};

/// Who signed in, with groups and address. Any scope will do.
pub const USER: List = List {
    name: "user",
    path: "",
    entries: "",
    columns: &["id", "name", "email", "company_name", "address.city"],
    members: &[
        (Text, "name email company_name"),
        (Scalar, "id birthday business_account"),
        (Lists, "groups"),
        (Object, "address"),
    ],
};

pub const WOODLISTS: List = List {
    name: "woodlists",
    path: "",
    entries: "entries",
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
        (Text, "name note"),
        (Scalar, "id number reference_date created updated"),
        (Object, "owner_group created_by"),
        (Named, "base_area"),
        (
            Lists,
            "includes_areas includes_wood_types includes_usages includes_qualities \
             includes_calamities",
        ),
    ],
};

/// The columns are those of piles.
pub const AGGREGATIONS: List = List {
    name: "aggregations",
    path: "",
    entries: "entries",
    columns: &[],
    members: &[
        (Number, "latitude longitude protocol_fm_volume sale_fm_volume avg_length avg_diameter"),
        (Text, "woodlist_name note"),
        (
            Scalar,
            "id created_at updated_at revision protocol_quantity sale_quantity sale_status \
             sale_date sale_net_total sale_avg_unit_price measurement_type \
             supplier_billing_status contractor_status transport_status woodlist_id \
             woodlist_number woodlist_date sellingunit_number number bark_reduction_type \
             cut_identifier",
        ),
        (Object, "owner_group creator_account buyer seller_group"),
        (Named, "area base_area"),
        (Lists, "images tree_types usages qualities thickness_classes calamities class_entries"),
    ],
};
