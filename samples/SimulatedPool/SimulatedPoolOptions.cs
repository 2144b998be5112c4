using System.Net;

namespace Sluice.SimulatedPool;

/// <summary>What the pool serves, how large it is and how fast. Checked as a whole when the pool starts.</summary>
public sealed record SimulatedPoolOptions
{
    /// <summary>The profile of benchmarks: no timers, no delays, nothing recorded, answers of 16 tokens.</summary>
    public static SimulatedPoolOptions Instant { get; } = new()
    {
        BatchSize = 4096,
        QueueLength = 65_536,
        PrefillTokensPerSecond = 0,
        DecodeTokensPerSecond = 0,
        AnswerTokensMax = 16,
        RecordedRequests = 0,
    };

    /// <summary>Address to listen on.</summary>
    /// <value>Default loopback; the pool has no TLS, so anything wider belongs into a closed network.</value>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Port to listen on.</summary>
    /// <value>0 to 65,535, default 0: any free port, see <see cref="SimulatedPoolServer.Address"/>.</value>
    public int Port { get; init; }

    /// <summary>Model ids served by every endpoint. The first labels the metrics, as with aliases in vLLM.</summary>
    /// <value>One or more, none empty or listed twice.</value>
    public IReadOnlyList<string> Models { get; init; } = ["deepseek-chat", "deepseek-ocr", "qwen3-32b", "chatglm3-6b"];

    /// <summary>What <c>Authorization: Bearer</c> must carry on <c>/v1</c> and <c>/simulate</c>.</summary>
    /// <value>Default null: every caller is served.</value>
    public string? ApiKey { get; init; }

    /// <summary>Most sequences that are worked on at once.</summary>
    /// <value>1 or more, default 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Most requests that wait for a place in the batch; one more is answered 503.</summary>
    /// <value>0 (nobody waits) or more, default 256.</value>
    public int QueueLength { get; init; } = 256;

    /// <summary>Prompt tokens that the pool reads per second, all sequences together.</summary>
    /// <value>0 (no time at all) or more, default 8,000.</value>
    public double PrefillTokensPerSecond { get; init; } = 8_000;

    /// <summary>Tokens per second of a sequence that is alone in the batch.</summary>
    /// <value>0 (no time at all) or more, default 50.</value>
    public double DecodeTokensPerSecond { get; init; } = 50;

    /// <summary>How much longer a decode step takes when the batch is full, as a share of a lone step.</summary>
    /// <value>0 or more, default 0.5: a step of a full batch takes 1.5 times as long.</value>
    public double FullBatchSlowdown { get; init; } = 0.5;

    /// <summary>Most prompt tokens read in one step; more are read in several, between others' tokens.</summary>
    /// <value>1 or more, default 2,048.</value>
    public int PrefillChunkTokens { get; init; } = 2_048;

    /// <summary>Size of the key-value cache, which only the metrics see: they report the share in use.</summary>
    /// <value>1 or more tokens, default 500,000.</value>
    public long KeyValueCacheTokens { get; init; } = 500_000;

    /// <summary>Most tokens of prompt and answer together; a request for more is answered 400.</summary>
    /// <value>1 to 1,048,576, default 131,072.</value>
    public int ContextTokens { get; init; } = 131_072;

    /// <summary>Shortest answer of a model that stops by itself.</summary>
    /// <value>1 or more tokens, default 16.</value>
    public int AnswerTokensMin { get; init; } = 16;

    /// <summary>Longest answer of a model that stops by itself.</summary>
    /// <value><see cref="AnswerTokensMin"/> or more tokens, default 128.</value>
    public int AnswerTokensMax { get; init; } = 128;

    /// <summary>How many of the last requests are remembered with headers and body, for tests to look at.</summary>
    /// <value>0 (none) to 10,000, default 100.</value>
    public int RecordedRequests { get; init; } = 100;

    /// <summary>The file that every call is written to, with its times and tokens: see the README.</summary>
    /// <value>Default null: none. A file that is there is appended to.</value>
    public string? CallLogFile { get; init; }

    /// <summary>Largest request body; a larger one is answered 413.</summary>
    /// <value>1 or more bytes, default 32 MiB, room for a few page images.</value>
    public long BodyBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>The failure that every call meets from the start, in the words of the README.</summary>
    /// <value>Default empty: none.</value>
    public string Simulate { get; init; } = "";
}
