package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;

/** One command at LinkedIn, once: in whose name, with which token, on whose behalf. */
record Visit(PublishCommand command, Author author, Secret token, CallContext context) {

    Content content() {
        return command.getContent();
    }

    Progress progress() {
        return Progress.of(command);
    }
}
