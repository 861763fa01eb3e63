package io.broadside.runtime.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** The memory that all stores of a process share, outside of the heap, so that it does not grow with the number of partitions. */
final class StoreMemory {

    private static final long CACHE_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 96L << 20;
    private static final long ONE_WRITE_BUFFER_BYTES = 16L << 20;

    static {
        RocksDB.loadLibrary();
    }

    private final Cache cache = new LRUCache(CACHE_BYTES);
    private final WriteBufferManager buffers = new WriteBufferManager(WRITE_BUFFER_BYTES, cache);
    private final BloomFilter filter = new BloomFilter();

    /** Options of the entries; whoever asks closes them. */
    ColumnFamilyOptions entries() {
        return new ColumnFamilyOptions()
                .setWriteBufferSize(ONE_WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true));
    }

    /** Options of a database; whoever asks closes them. */
    DBOptions database() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWriteBufferManager(buffers)
                .setMaxTotalWalSize(WRITE_BUFFER_BYTES)
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
                .setKeepLogFileNum(1);
    }
}
