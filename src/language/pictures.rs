//! The names of the words in pictures.

use serde::Deserialize;

/// What pictures of anything have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureTexts {
    /// Of a value, in a table.
    pub missing: String,
    /// Where a picture has nothing to show.
    pub no_data: String,
    /// Where no zone has a name.
    pub local_time: String,
}

/// Pictures of readings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterPictureTexts {
    /// The title of a page of several.
    pub several: String,
    pub power: String,
    pub energy: String,
    pub state: String,
    pub values: String,
    pub interval: String,
    pub intervals: String,
    pub hour: String,
    pub day: String,
    pub axis_per: String,
    pub caption: String,
    pub caption_without_values: String,
    pub no_values: String,
    pub load_curve: String,
    pub state_curve: String,
    pub duration_curve: String,
    pub duration_axis: String,
    pub heat_map_of_days: String,
    pub heat_map_of_weeks: String,
    pub mean_and_range: String,
    pub dashed_base_load: String,
    pub clocks_change: String,
    pub peak: String,
    pub peak_label: String,
    pub peak_label_at: String,
    pub base_load: String,
    pub base_load_label: String,
    pub base_load_note: String,
    pub sum: String,
    pub sum_of_states: String,
    pub sum_of_parts: String,
    pub state_falls: String,
    pub state_falls_often: String,
    pub sum_of_measured: String,
    pub full_load_hours: String,
    pub full_load_hours_note: String,
    pub left_out: String,
    pub left_out_note: String,
    pub value: String,
    pub gaps: String,
    pub no_gaps: String,
    pub no_gaps_note: String,
    pub gaps_note: String,
    pub gap: String,
    pub longest_gap: String,
    pub hour_twice: String,
    pub short_day: String,
    pub table_of_values: String,
    pub table_of_days: String,
    pub increase: String,
    pub begin: String,
    pub column_day: String,
    pub column_sum: String,
    pub highest: String,
    pub highest_at: String,
    pub lowest: String,
    pub missing: String,
    pub column_intervals: String,
}

/// Pictures of log piles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PilePictureTexts {
    pub title: String,
    pub pile: String,
    pub piles: String,
    pub caption: String,
    pub of_unknown_volume: String,
    pub sale_status: String,
    pub transport_status: String,
    pub contractor_status: String,
    pub billing_status: String,
    pub wood_list: String,
    pub no_sale_status: String,
    pub no_transport_status: String,
    pub no_contractor_status: String,
    pub no_billing_status: String,
    pub no_wood_list: String,
    pub species: String,
    pub area: String,
    pub no_species: String,
    pub no_area: String,
    pub more: String,
    pub map: String,
    pub empty_map: String,
    pub not_on_the_map: String,
    pub missing: String,
    pub words: String,
    pub no_degrees: String,
    pub zero: String,
    pub swapped: String,
    pub far: String,
    pub north: String,
    pub east: String,
    pub bars: String,
    pub figure_piles: String,
    pub volume: String,
    pub on_the_map: String,
    pub volume_unknown: String,
    pub table: String,
    pub column_pile: String,
    pub latitude: String,
    pub longitude: String,
    pub wrong: String,
}
