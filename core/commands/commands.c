/* SPDX-License-Identifier: MPL-2.0 */
/* commands.c: what commands share: options, configuration, failing. */
#include "commands/commands.h"

#include "xml/xml.h"

#include <stdio.h>
#include <stdlib.h>

enum { OPTIONS_MAX = 8 };

int command_options(int argc, char **argv, const struct option_value *options, size_t count)
{
    struct option table[OPTIONS_MAX + 1] = {{0}};
    int found;
    int index = 0;

    for (size_t i = 0; i < count && i < OPTIONS_MAX; i++) {
        table[i] = (struct option){options[i].name, required_argument, NULL, 1};
    }
    while ((found = getopt_long(argc, argv, "", table, &index)) == 1) {
        *options[index].value = optarg;
    }
    if (found != -1 || optind < argc) {
        if (found == -1) {
            (void)fprintf(stderr, "codev %s: “%s” is not expected here.\n", argv[0], argv[optind]);
        }
        (void)fprintf(stderr, "Try `codev --help`.\n");
        return COMMAND_USAGE;
    }
    return 0;
}

const struct config *command_config(TALLOC_CTX *context, const char *file)
{
    const char *from_environment = getenv("CODEV_CONFIG");
    const struct config *config;
    struct error error;

    if (file == NULL) {
        file = from_environment != NULL ? from_environment : SYSCONFDIR "/codev.xml";
    }
    xml_startup();
    config = config_load(context, file, &error);
    if (config == NULL) {
        (void)command_failed(&error);
    }
    return config;
}

int command_failed(const struct error *error)
{
    (void)fprintf(stderr, "codev: %s\n", error->text);
    return COMMAND_FAILED;
}
