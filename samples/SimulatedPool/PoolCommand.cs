using System.CommandLine;
using System.Net;

namespace Sluice.SimulatedPool;

/// <summary>The command line: one option for each setting that a demo or a benchmark turns.</summary>
internal static class PoolCommand
{
    private const int PortDefault = 8000; // As vLLM.

    private static readonly Option<int?> Port = new("--port") { Description = "Port, default 8000; 0 is any free." };
    private static readonly Option<string?> Listen = new("--listen") { Description = "IP address, default 127.0.0.1." };
    private static readonly Option<string[]> Models = new("--model") { Description = "Model id; may be repeated." };
    private static readonly Option<FileInfo?> KeyFile =
        new("--api-key-file") { Description = "File with the callers' key." };
    private static readonly Option<int?> Batch = new("--batch") { Description = "Sequences worked on at once." };
    private static readonly Option<int?> Queue = new("--queue") { Description = "Requests that may wait for a place." };
    private static readonly Option<double?> Prefill =
        new("--prefill-tokens-per-second") { Description = "Speed of reading prompts; 0 takes no time." };
    private static readonly Option<double?> Decode =
        new("--decode-tokens-per-second") { Description = "Speed of a lone sequence; 0 takes no time." };
    private static readonly Option<double?> Slowdown =
        new("--full-batch-slowdown") { Description = "How much longer a full batch's step takes: 0.5 is half." };
    private static readonly Option<int?> Context =
        new("--context-tokens") { Description = "Most tokens of prompt and answer together." };
    private static readonly Option<int?> AnswerMin = new("--answer-tokens-min") { Description = "Shortest answer." };
    private static readonly Option<int?> AnswerMax = new("--answer-tokens-max") { Description = "Longest answer." };
    private static readonly Option<string?> Simulate =
        new("--simulate") { Description = "How every call fails, such as 'slow=200ms'; see the README." };
    private static readonly Option<FileInfo?> CallLog =
        new("--call-log") { Description = "File to write a line to when a call arrives, and when it is over." };
    private static readonly Option<bool> Instant =
        new("--instant") { Description = "For benchmarks: no delays, short answers. Options beside it overrule it." };

    /// <param name="run">Runs the pool until it is cancelled; returns the exit code.</param>
    public static RootCommand Create(Func<SimulatedPoolOptions, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand("An OpenAI-compatible server that behaves like a continuous-batching GPU pool.")
        {
            Port, Listen, Models, KeyFile, Batch, Queue, Prefill, Decode, Slowdown, Context, AnswerMin, AnswerMax,
            Simulate, CallLog, Instant,
        };
        command.SetAction((parsed, cancellationToken) => run(Options(parsed), cancellationToken));
        return command;
    }

    /// <summary>The options that a command line asks for; what it leaves out comes from the profile.</summary>
    /// <exception cref="FormatException">The address is none.</exception>
    /// <exception cref="IOException">The key file cannot be read.</exception>
    internal static SimulatedPoolOptions Options(ParseResult parsed)
    {
        var profile = parsed.GetValue(Instant)
            ? SimulatedPoolOptions.Instant
            : new SimulatedPoolOptions { RecordedRequests = 0 }; // Nobody could look at them from outside.
        return profile with
        {
            Port = parsed.GetValue(Port) ?? PortDefault,
            Listen = parsed.GetValue(Listen) is { } address ? IPAddress.Parse(address) : profile.Listen,
            Models = parsed.GetValue(Models) is { Length: > 0 } models ? models : profile.Models,
            ApiKey = parsed.GetValue(KeyFile) is { } file ? File.ReadAllText(file.FullName).Trim() : null,
            BatchSize = parsed.GetValue(Batch) ?? profile.BatchSize,
            QueueLength = parsed.GetValue(Queue) ?? profile.QueueLength,
            PrefillTokensPerSecond = parsed.GetValue(Prefill) ?? profile.PrefillTokensPerSecond,
            DecodeTokensPerSecond = parsed.GetValue(Decode) ?? profile.DecodeTokensPerSecond,
            FullBatchSlowdown = parsed.GetValue(Slowdown) ?? profile.FullBatchSlowdown,
            ContextTokens = parsed.GetValue(Context) ?? profile.ContextTokens,
            AnswerTokensMin = parsed.GetValue(AnswerMin) ?? profile.AnswerTokensMin,
            AnswerTokensMax = parsed.GetValue(AnswerMax) ?? profile.AnswerTokensMax,
            Simulate = parsed.GetValue(Simulate) ?? "",
            CallLogFile = parsed.GetValue(CallLog)?.FullName,
        };
    }
}
