// SPDX-License-Identifier: Apache-2.0
// The scripted hub with one of everything, for check_hub.py: prints its address and its link
// server's, and ends when its standard input does.
#include <iostream>
#include <string>

#include "scripted_hub.h"

int main() {
  using sharkreg::test::ScriptedHub;
  ScriptedHub hub;
  hub.put("acme/model", "config.json", "{\"layers\": 2}\n");
  hub.put("acme/model", "sub/weights.bin", std::string(300000, 'w'), true);
  hub.put("acme/gated", "config.json", "{}");
  hub.set_access("acme/gated", ScriptedHub::Access::gated);
  hub.put("acme/hidden", "config.json", "{}");
  hub.set_access("acme/hidden", ScriptedHub::Access::hidden);
  hub.put("acme/before", "config.json", "{\"moved\": true}\n");
  hub.put("acme/before", "weights.bin", std::string(1000, 'm'), true);
  hub.move("acme/before", "acme/after");
  hub.put("datasets/acme/data", "rows.csv", "a,b\n");
  std::cout << hub.endpoint() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) continue;
}
