// The result as one HTML file that needs no network and no script.
#pragma once

#include <string>
#include <string_view>

#include "backtest/report/row_sample.h"
#include "backtest/report/summary.h"
#include "events/names.h"

namespace tranchet {

std::string report_html(const Summary& summary, const RowSample& sample, const Names& names);

// Text for an element or an attribute: & < > " and ' as references.
std::string html_text(std::string_view text);

}  // namespace tranchet
