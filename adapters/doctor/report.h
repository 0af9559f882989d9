// An examination as a table for people, and as one JSON document for programs.
#pragma once

#include <ostream>
#include <string>

#include "adapters/doctor/examination.h"

namespace tranchet {

void print_examination(std::ostream& out, const Examination& examination);
// {"naked": false, "orders": 4, "holdings": [...], "findings": [...]}; decimals are texts.
std::string examination_json(const Examination& examination);

}  // namespace tranchet
