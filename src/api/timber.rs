//! TimberData's endpoints: paths and parameters. The paths are the provider's `paths`, because one
//! of them is not confirmed by a page that could be read.

use super::client::{ApiClient, ApiError};
use super::members::{Kind, Members};
use super::page::{Entry, List, object};
use crate::provider::Provider;

const USER: Members = &[
    (Kind::Text, &["name", "email", "company_name"]),
    (Kind::Scalar, &["id", "birthday", "business_account"]),
    (Kind::List, &["groups"]),
    (Kind::Object, &["address"]),
];
const WOODLIST: Members = &[
    (Kind::Text, &["name", "note"]),
    (Kind::Scalar, &["id", "number", "reference_date", "created", "updated"]),
    (Kind::Object, &["owner_group", "created_by"]),
    (Kind::Named, &["base_area"]),
    (
        Kind::List,
        &[
            "includes_areas",
            "includes_wood_types",
            "includes_usages",
            "includes_qualities",
            "includes_calamities",
        ],
    ),
];
const AGGREGATION: Members = &[
    (
        Kind::Number,
        &[
            "latitude",
            "longitude",
            "protocol_fm_volume",
            "sale_fm_volume",
            "avg_length",
            "avg_diameter",
        ],
    ),
    (Kind::Text, &["woodlist_name", "note"]),
    (
        Kind::Scalar,
        &[
            "id",
            "created_at",
            "updated_at",
            "revision",
            "protocol_quantity",
            "sale_quantity",
            "sale_status",
            "sale_date",
            "sale_net_total",
            "sale_avg_unit_price",
            "measurement_type",
            "supplier_billing_status",
            "contractor_status",
            "transport_status",
            "woodlist_id",
            "woodlist_number",
            "woodlist_date",
            "sellingunit_number",
            "number",
            "bark_reduction_type",
            "cut_identifier",
        ],
    ),
    (Kind::Object, &["owner_group", "creator_account", "buyer", "seller_group"]),
    (Kind::Named, &["area", "base_area"]),
    (
        Kind::List,
        &[
            "images",
            "tree_types",
            "usages",
            "qualities",
            "thickness_classes",
            "calamities",
            "class_entries",
        ],
    ),
];

/// Who signed in, with groups and address. Any scope will do.
pub fn user(api: &ApiClient, provider: &Provider) -> Result<Entry, ApiError> {
    object(api, &api.address(path_of(provider, "user")?)?, USER)
}

/// A list by its name in `paths`, narrowed by query parameters.
pub fn list<'a>(
    api: &ApiClient,
    provider: &'a Provider,
    name: &'static str,
    parameters: &[(&str, String)],
    jobs: usize,
) -> Result<List<'a>, ApiError> {
    let mut url = api.address(path_of(provider, name)?)?;
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    let unusable = |why: &str| ApiError::Unusable { path: url.path().to_owned(), why: why.into() };
    let paging = provider.paging.as_ref().ok_or_else(|| unusable("has no `paging` described"))?;
    let entries = paging.entries.as_deref().unwrap_or("entries");
    let members = if name == "woodlists" { WOODLIST } else { AGGREGATION };
    Ok(List { url, paging, entries, members, jobs })
}

fn path_of<'a>(provider: &'a Provider, name: &str) -> Result<&'a str, ApiError> {
    provider.paths.get(name).map(String::as_str).ok_or_else(|| ApiError::Unusable {
        path: format!("provider.{}.paths.{name}", provider.name),
        why: "is not described".into(),
    })
}
