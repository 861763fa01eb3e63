package io.broadside.embedded;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.metadata.MetadataCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends a fault of brokers 4.3.0 and 4.3.1 for the brokers of this JVM
 * (<a href="https://issues.apache.org/jira/browse/KAFKA-20734">KAFKA-20734</a>): asked for the leader of a partition that has
 * none for the moment, their metadata say the same as of a partition that was deleted. A transaction coordinator that is about to
 * end a transaction believes it, writes no marker, and calls the transaction complete. From then on nobody reads past it, and the
 * offsets it wanted to commit stay undecided: a topology that starts waits for them for ever. One node alone that is killed amid
 * a commit meets it easily: when it starts again all its partitions are without a leader for a moment.
 *
 * <p>The class that is asked is loaded with the answer that 4.2 gave. To be removed together with those two versions.
 */
public final class LeaderlessPartitions {

    private static final Logger LOGGER = LoggerFactory.getLogger(LeaderlessPartitions.class);
    private static final String CACHE = "KRaftMetadataCache";
    private static final String QUESTION = "getPartitionLeaderEndpoint";
    private static final MethodTypeDesc TYPE_OF_ANSWER = MethodTypeDesc.of(
            ClassDesc.of(Optional.class.getName()),
            ClassDesc.of(Optional.class.getName()),
            ClassDesc.of(MetadataCache.class.getName()),
            CD_String,
            CD_int);

    private static boolean wasTried;

    private LeaderlessPartitions() {}

    /** To be called before the first broker is made; does nothing the second time. */
    static synchronized void mend() {
        if (wasTried) {
            return;
        }
        try (var found = MetadataCache.class.getResourceAsStream(CACHE + ".class")) {
            if (found == null) {
                throw new IllegalStateException(
                        "Kafka has no class " + CACHE + " any more: see whether this is still needed");
            }
            MethodHandles.privateLookupIn(MetadataCache.class, MethodHandles.lookup())
                    .defineClass(mended(found.readAllBytes()));
        } catch (LinkageError e) {
            if (e.getClass() != LinkageError.class) {
                throw e;
            }
            // A broker of somebody else came first in this JVM. Ours works all the same, until it is killed.
            LOGGER.atWarn()
                    .setCause(e)
                    .log("class of Kafka could not be mended: a transaction may hang after the broker was killed");
        } catch (IOException | IllegalAccessException e) {
            throw new IllegalStateException("Kafka's class " + CACHE + " could not be mended", e);
        }
        wasTried = true;
    }

    /**
     * Called by Kafka's own class, with what it would have answered.
     *
     * @return nothing if there is no such partition; no node if it has no leader
     */
    public static Optional<Node> answer(Optional<Node> leader, MetadataCache cache, String topic, int partition) {
        return leader.or(() ->
                cache.contains(new TopicPartition(topic, partition)) ? Optional.of(Node.noNode()) : Optional.empty());
    }

    private static byte[] mended(byte[] original) {
        var change = new AskedBeforeReturn();
        var classFile = ClassFile.of();
        var mended = classFile.transformClass(
                classFile.parse(original),
                ClassTransform.transformingMethodBodies(
                        method -> method.methodName().equalsString(QUESTION), change));
        if (change.returns == 0) {
            throw new IllegalStateException(
                    "Kafka has no method " + QUESTION + " any more: see whether this is still needed");
        }
        return mended;
    }

    /** {@code return x} becomes {@code return answer(x, this, topic, partition)}. */
    private static final class AskedBeforeReturn implements CodeTransform {

        private int returns;

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof ReturnInstruction end && end.opcode() == Opcode.ARETURN) {
                returns++;
                code.aload(code.receiverSlot())
                        .aload(code.parameterSlot(0))
                        .iload(code.parameterSlot(1))
                        .invokestatic(ClassDesc.of(LeaderlessPartitions.class.getName()), "answer", TYPE_OF_ANSWER);
            }
            code.with(element);
        }
    }
}
