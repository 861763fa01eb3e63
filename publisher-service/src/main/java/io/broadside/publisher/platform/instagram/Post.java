package io.broadside.publisher.platform.instagram;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Checkpoint;
import io.broadside.publisher.platform.AnswerJson;
import java.net.URI;
import java.util.Optional;

/** A post as people see it. */
record Post(String id, Optional<URI> permalink) {

    /** The post that an entry of a list tells of; empty if it has no id. */
    static Optional<Post> in(JsonNode entry) {
        return AnswerJson.text(entry, "id")
                .filter(Ids::isId)
                .map(id -> new Post(id, AnswerJson.webAddress(entry, "permalink")));
    }

    /** The post that a checkpoint says is out. */
    static Optional<Post> in(Checkpoint checkpoint) {
        return checkpoint
                .getRemoteId()
                .filter(Ids::isId)
                .map(id -> new Post(id, checkpoint.getUrl().flatMap(AnswerJson::webAddress)));
    }
}
