//! The timber-data API: scopes, filters, pages, and shapes as far as they are known.

use super::*;

const USER: &str = "/timberdata/api/inventory/v4/user";
const LISTS: &str = "/timberdata/api/inventory/v4/inventory/woodlist/summaries";
const PILES: &str = "/timberdata/api/inventory/v4/inventory/aggregation/summaries";

fn entries(sandbox: &Sandbox, token: &str, path: &str, query: &str) -> (u64, Vec<Value>) {
    let (status, body) = data(sandbox, token, path, query).read();
    assert_eq!(status, 200, "{path}?{query}: {body}");
    (body["count"].as_u64().unwrap(), body["entries"].as_array().unwrap().clone())
}

#[test]
fn each_scope_opens_its_list_and_the_user_needs_none() {
    let sandbox = sandbox();
    for (scope, lists, piles) in [
        ("", 403, 403),
        ("woodlist", 200, 403),
        ("aggregation", 403, 200),
        ("aggregation woodlist", 200, 200),
    ] {
        let token = timberdata_token(&sandbox, scope);
        let status = |path| data(&sandbox, &token, path, "").status;
        assert_eq!((status(USER), status(LISTS), status(PILES)), (200, lists, piles), "{scope}");
    }
    let token = timberdata_token(&sandbox, "");
    let refused = data(&sandbox, &token, PILES, "");
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"aggregation\"";
    assert_eq!(refused.header("www-authenticate"), challenge);
    let user = data(&sandbox, &token, USER, "").read().1;
    assert_eq!(user["name"], "Anna Muster");
    assert!(user["birthday"].is_i64() && user["groups"][0]["address"]["lat"].is_f64());
    assert_eq!(counts(&sandbox)["data"]["scope_missing"], 5);
    // Neither provider takes the other's token.
    assert_eq!(data(&sandbox, &token, "/zaehlerfreunde/api/spaces", "").status, 401);
}

#[test]
fn all_pages_together_are_everything_once() {
    let sandbox = sandbox();
    let token = timberdata_token(&sandbox, "aggregation woodlist");
    for (path, count, pages) in [(LISTS, 230, 3), (PILES, 340, 4)] {
        let mut ids = Vec::new();
        for page in 1..=pages + 1 {
            let (total, entries) =
                entries(&sandbox, &token, path, &format!("per_page=100&page={page}"));
            assert_eq!((total, entries.is_empty()), (count, page > pages));
            ids.extend(entries.iter().map(|entry| entry["id"].as_u64().unwrap()));
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len() as u64, count);
        assert_eq!(entries(&sandbox, &token, path, "").1.len(), 20);
        for bad in ["page=0", "page=x", "per_page=0", "per_page=101"] {
            assert_eq!(data(&sandbox, &token, path, bad).status, 422, "{bad}");
        }
    }
}

#[test]
fn wood_lists_are_filtered_searched_and_sorted() {
    let sandbox = sandbox();
    let token = timberdata_token(&sandbox, "woodlist");
    let get = |query: &str| entries(&sandbox, &token, LISTS, &format!("per_page=100&{query}"));
    let years = [2024, 2025, 2026].map(|year| get(&format!("business_year={year}")));
    assert_eq!(years.iter().map(|(count, _)| count).sum::<u64>(), 230);
    assert!(
        years[1]
            .1
            .iter()
            .all(|list| { list["reference_date"].as_str().unwrap().starts_with("2025-") })
    );
    let areas = (401..=412).map(|id| get(&format!("base_area_id={id}")).0).sum::<u64>();
    assert_eq!((areas, get("base_area_id=7").0), (230, 0));
    let (found, lists) = get("search=borkenk%C3%A4fer");
    assert!(found > 10 && found < 100, "{found}");
    assert!(lists.iter().all(|list| list["name"].as_str().unwrap().contains("Borkenkäfer")));
    for field in
        ["number", "name", "reference_date", "protocol_volume", "updated_at", "sale_fm_volume"]
    {
        let (up, down) = (
            get(&format!("sort_field={field}")).1,
            get(&format!("sort_field={field}&sort_order=desc")).1,
        );
        let member = if field == "updated_at" { "updated" } else { field };
        let ordered = |a: &Value, b: &Value| match (&a[member], &b[member]) {
            (Value::String(a), Value::String(b)) => a <= b,
            (a, b) => a.as_f64().unwrap() <= b.as_f64().unwrap(),
        };
        assert!(up.is_sorted_by(ordered), "{field}");
        assert!(down.is_sorted_by(|a, b| ordered(b, a)), "{field}");
    }
    for bad in ["sort_field=id", "sort_order=up", "business_year=x", "base_area_id=-1"] {
        assert_eq!(data(&sandbox, &token, LISTS, bad).status, 422, "{bad}");
    }
}

const LIST_MEMBERS: &str = "id owner_group number name reference_date created updated created_by \
    note base_area includes_areas includes_wood_types includes_usages includes_qualities \
    includes_calamities protocol_volume sale_fm_volume";
const PILE_MEMBERS: &str = "id created_at updated_at revision owner_group creator_account buyer \
    seller_group latitude longitude storage_location note images protocol_quantity \
    protocol_fm_volume sale_quantity sale_fm_volume sale_status sale_date sale_net_total \
    sale_avg_unit_price measurement_type supplier_billing_status contractor_status \
    transport_status woodlist_id woodlist_number woodlist_name woodlist_date sellingunit_number \
    number area base_area tree_types usages qualities thickness_classes calamities avg_length \
    avg_diameter bark_reduction_type cut_identifier class_entries";

#[test]
fn entries_have_the_known_members_and_sums_agree() {
    let sandbox = sandbox();
    let token = timberdata_token(&sandbox, "aggregation woodlist");
    let all = |path: &str| -> Vec<Value> {
        let page = |n| entries(&sandbox, &token, path, &format!("per_page=100&page={n}")).1;
        (1..=4).flat_map(page).collect()
    };
    let (lists, piles) = (all(LISTS), all(PILES));
    for (entries, members) in [(&lists, LIST_MEMBERS), (&piles, PILE_MEMBERS)] {
        let mut members: Vec<&str> = members.split_whitespace().collect();
        members.sort_unstable();
        for entry in entries {
            let mut found: Vec<&String> = entry.as_object().unwrap().keys().collect();
            found.sort_unstable();
            assert_eq!(found, members);
        }
    }
    let cents = |value: &Value| (value.as_f64().unwrap_or_default() * 100.0).round() as i64;
    for list in &lists {
        let own = piles.iter().filter(|pile| pile["woodlist_id"] == list["id"]);
        let sums = own.fold((0, 0), |(protocol, sale), pile| {
            assert_eq!(pile["woodlist_number"], list["number"]);
            (protocol + cents(&pile["protocol_fm_volume"]), sale + cents(&pile["sale_fm_volume"]))
        });
        assert_eq!((cents(&list["protocol_volume"]), cents(&list["sale_fm_volume"])), sums);
    }
    let mut numbers: Vec<&str> = lists.iter().map(|l| l["number"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 230);
    let mut species: Vec<&str> = Vec::new();
    for pile in &piles {
        let classes = pile["class_entries"].as_array().unwrap();
        let volume: i64 = classes.iter().map(|class| cents(&class["fm_volume"])).sum();
        assert_eq!(volume, cents(&pile["protocol_fm_volume"]));
        assert_eq!(pile["sale_status"].as_u64().unwrap() >= 2, pile["buyer"].is_object());
        let kinds = pile["tree_types"].as_array().unwrap().iter();
        species.extend(kinds.filter_map(|kind| kind["name"].as_str()));
    }
    species.sort_unstable();
    species.dedup();
    assert_eq!(species, ["Buche", "Eiche", "Fichte", "Kiefer", "Lärche"]);
}

#[test]
fn piles_lie_in_germany_except_for_those_that_tell_what_goes_wrong() {
    let sandbox = sandbox();
    let token = timberdata_token(&sandbox, "aggregation");
    let page = |n| entries(&sandbox, &token, PILES, &format!("per_page=100&page={n}")).1;
    let (mut inside, mut none, mut zero, mut swapped) = (0, 0, 0, 0);
    for pile in (1..=4).flat_map(page) {
        match (pile["latitude"].as_f64(), pile["longitude"].as_f64()) {
            (None, None) => none += 1,
            (Some(0.0), Some(0.0)) => zero += 1,
            (Some(north), Some(east)) if (47.6..53.1).contains(&north) => {
                assert!((7.7..13.8).contains(&east), "{pile}");
                inside += 1;
            }
            (Some(east), Some(north)) if (47.6..53.1).contains(&north) => {
                assert!((7.7..13.8).contains(&east), "{pile}");
                swapped += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((inside, none, zero, swapped), (329, 6, 4, 1));
}
