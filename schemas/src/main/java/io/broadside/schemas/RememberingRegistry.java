package io.broadside.schemas;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.entities.requests.RegisterSchemaResponse;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Confluent's client of the registry, which remembers what every record asks for in plain maps: its own caches hash the whole
 * schema for each record, and keep the order of their use under a lock. That took a quarter of the time of writing a record.
 *
 * <p>What is remembered is no more than the registry has for us, and never changes there. Answers that are refusals are not.
 */
final class RememberingRegistry extends CachedSchemaRegistryClient {

    private record Written(String subject, Schema schema) {}

    private record Read(String subject, int id) {}

    private final Map<Written, RegisterSchemaResponse> registered = new ConcurrentHashMap<>();
    private final Map<Written, Integer> ids = new ConcurrentHashMap<>();
    private final Map<Read, ParsedSchema> schemas = new ConcurrentHashMap<>();

    RememberingRegistry(String url, int mostSchemas, Map<String, ?> settings) {
        super(url, mostSchemas, settings);
    }

    @Override
    public RegisterSchemaResponse registerWithResponse(
            String subject, ParsedSchema schema, boolean normalize, boolean propagateSchemaTags)
            throws IOException, RestClientException {
        if (!(schema instanceof AvroSchema avro) || normalize || propagateSchemaTags) {
            return super.registerWithResponse(subject, schema, normalize, propagateSchemaTags);
        }
        var written = new Written(subject, avro.rawSchema());
        var known = registered.get(written);
        if (known == null) {
            known = super.registerWithResponse(subject, schema, false, false);
            registered.put(written, known);
        }
        return known;
    }

    @Override
    public int getId(String subject, ParsedSchema schema, boolean normalize) throws IOException, RestClientException {
        if (!(schema instanceof AvroSchema avro) || normalize) {
            return super.getId(subject, schema, normalize);
        }
        var written = new Written(subject, avro.rawSchema());
        var known = ids.get(written);
        if (known == null) {
            known = super.getId(subject, schema, false);
            ids.put(written, known);
        }
        return known;
    }

    @Override
    public ParsedSchema getSchemaBySubjectAndId(String subject, int id) throws IOException, RestClientException {
        var read = new Read(subject, id);
        var known = schemas.get(read);
        if (known == null) {
            known = super.getSchemaBySubjectAndId(subject, id);
            schemas.put(read, known);
        }
        return known;
    }
}
