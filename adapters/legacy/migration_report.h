// What a migration finds, for the person who decides about it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "adapters/legacy/adoption_plan.h"
#include "adapters/legacy/bot_database.h"
#include "adapters/legacy/configuration_mapping.h"

namespace tranchet::legacy {

struct MigrationFindings {
  std::string settings_file;
  std::string settings_flaw;  // "": it could be read.
  std::optional<ConfigurationMapping> mapping;
  std::string database_file;
  std::string database_flaw;
  std::optional<BotDatabase> database;
  std::string venue;                     // Its host; "": it was not asked.
  std::string venue_flaw;                // Why it could not be.
  std::vector<std::string> venue_flaws;  // Symbols that it lists in a way nobody can read.
  AdoptionPlan plan;
  std::vector<std::string> obstacles;  // What --apply would stop at.
};

void print_report(std::ostream& out, const MigrationFindings& findings);

}  // namespace tranchet::legacy
