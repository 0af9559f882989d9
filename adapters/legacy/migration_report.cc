#include "adapters/legacy/migration_report.h"

#include <algorithm>
#include <set>

namespace tranchet::legacy {
namespace {

// Of a symbol, without which one and what it was: every symbol has the same keys.
std::string short_name(const UnmappedKey& key) {
  const std::string name = key.from.substr(0, key.from.find(" = "));
  return name.starts_with("symbols.") ? "symbols.*" + name.substr(name.rfind('.')) : key.from;
}

void print_unneeded(std::ostream& out, const std::vector<UnmappedKey>& keys) {
  if (keys.empty()) return;
  out << "\n  What is not needed\n";
  std::set<std::string> told;
  for (const UnmappedKey& key : keys) {
    const std::string line = short_name(key) + ": " + key.why;
    if (told.insert(line).second) out << "    " << line << "\n";
  }
}

void print_mapping(std::ostream& out, const std::string& file,
                   const ConfigurationMapping& mapping) {
  std::size_t width = 0;
  for (const MappedKey& key : mapping.mapped) width = std::max(width, key.from.size());
  out << "\n  What becomes what\n";
  for (const MappedKey& key : mapping.mapped) {
    out << "    " << key.from << std::string(width - key.from.size(), ' ') << "  ->  " << key.to;
    if (!key.how.empty()) out << "  (" << key.how << ")";
    out << "\n";
  }
  print_unneeded(out, mapping.unneeded);
  if (!mapping.refused.empty()) out << "\n  What could not be taken, and wants a look\n";
  for (const UnmappedKey& key : mapping.refused) {
    out << "  ! " << file << ":" << key.line << ": " << key.from << " " << key.why << "\n";
  }
  for (const std::string& symbol : mapping.without_entries) {
    out << "  ! " << symbol << ": no entries until that is settled; what is open is protected\n";
  }
  if (!mapping.entries_allowed) {
    out << "  ! No entries at all (account.entries_allowed = false): something that limits them "
           "could not be read, or no symbol is left\n";
  }
  for (const std::string& remark : mapping.remarks) out << "    " << remark << "\n";
}

void print_orders(std::ostream& out, std::string_view title, const std::vector<LeftOrder>& orders) {
  if (orders.empty()) return;
  out << "\n  " << title << "\n";
  for (const LeftOrder& order : orders) {
    out << "    " << order.symbol << " " << to_text(order.side) << ": order " << order.number
        << " (" << order.text << ")\n";
  }
}

void print_plan(std::ostream& out, const AdoptionPlan& plan) {
  out << "\n  Positions\n";
  if (plan.tranches.empty()) out << "    none to adopt\n";
  for (const PlannedTranche& tranche : plan.tranches) {
    out << "    " << tranche.symbol << " " << to_text(tranche.side) << " tranche "
        << tranche.ordinal << ": " << to_text(tranche.quantity) << " at "
        << to_text(tranche.average) << "\n";
  }
  for (const std::string& remark : plan.remarks) out << "  ! " << remark << "\n";
  print_orders(out,
               "Orders of the bot at the venue (`tranchet protect` takes them away as ours come to "
               "stand)",
               plan.bots_orders);
  print_orders(out, "Orders of somebody else at the venue, which nobody touches",
               plan.others_orders);
}

}  // namespace

void print_report(std::ostream& out, const MigrationFindings& findings) {
  out << "  settings   " << findings.settings_file;
  if (!findings.settings_flaw.empty()) out << ": " << findings.settings_flaw;
  out << "\n  database   " << findings.database_file;
  if (!findings.database_flaw.empty()) out << ": " << findings.database_flaw;
  if (findings.database) out << ": " << findings.database->generation;
  out << "\n  venue      ";
  if (findings.venue.empty()) {
    out << "not asked: give --keys FILE, and it is";
  } else {
    out << findings.venue;
    if (!findings.venue_flaw.empty()) out << ": " << findings.venue_flaw;
  }
  out << "\n";
  if (findings.mapping) print_mapping(out, findings.settings_file, *findings.mapping);
  if (findings.database && !findings.database->flaws.empty()) {
    out << "\n  What the database says that cannot be used\n";
    for (const std::string& flaw : findings.database->flaws) out << "  ! " << flaw << "\n";
  }
  for (const std::string& flaw : findings.venue_flaws)
    out << "  ! the venue's list: " << flaw << "\n";
  print_plan(out, findings.plan);
  if (!findings.obstacles.empty()) out << "\n  In the way of --apply\n";
  for (const std::string& obstacle : findings.obstacles) out << "  ! " << obstacle << "\n";
}

}  // namespace tranchet::legacy
