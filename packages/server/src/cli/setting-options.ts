import { type Command, Option } from 'commander';
import { flagOf, nameOf, SETTING_KEYS, SETTINGS, type SettingKey } from '../config/settings.ts';

function optionOf(key: SettingKey): Option {
  const { value, json, description, default: preset } = SETTINGS[key];
  // A switch may stand alone and is on then.
  const placeholder = json === 'boolean' ? `[${value}]` : `<${value}>`;
  return new Option(
    `${flagOf(key)} ${placeholder}`,
    preset ? `${description} (default: ${preset})` : description,
  );
}

/** The flags of every setting, from the table. */
export function addSettingOptions(command: Command): Command {
  return addOptionsOf(command, SETTING_KEYS);
}

/** The flags of some settings. None has a default here: the reading of settings adds those. */
export function addOptionsOf(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    command.addOption(optionOf(key));
    if (SETTINGS[key].secret)
      command.option(
        `${flagOf(`${key}File`)} <FILE>`,
        `File that holds ${nameOf(key)}, kept from process lists.`,
      );
  }
  return command.option(
    '--config <FILE>',
    'JSON file with settings (default: hallpass.json if there is one)',
  );
}
