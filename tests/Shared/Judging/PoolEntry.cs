using System.Text.Json;

namespace Sluice.Testing.Judging;

/// <summary>A call in the pool's own log. Times are nanoseconds of the machine's monotonic clock.</summary>
/// <param name="Mark">What the client named it; empty when it has no name.</param>
/// <param name="Arrived">When the pool had its headers.</param>
/// <param name="Ended">When it was over; null while it runs.</param>
/// <param name="Outcome">Completed, refused, aborted or failed; null while it runs.</param>
/// <param name="Tokens">Tokens read and produced; 0 while it runs.</param>
public sealed record PoolEntry(string Mark, long Arrived, long? Ended, string? Outcome = null, long Tokens = 0)
{
    /// <summary>The calls of one client in a log, in the order of their arrival.</summary>
    /// <param name="path">The file that the pool writes; it may go on writing.</param>
    /// <param name="name">With what the marks of the client's calls begin, up to a hyphen.</param>
    /// <exception cref="InvalidDataException">An end without its arrival: this is not a whole log.</exception>
    public static IReadOnlyList<PoolEntry> Read(string path, string name)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var calls = Parse(reader.ReadToEnd());
        return [.. calls.Where(call => call.Mark.StartsWith($"{name}-", StringComparison.Ordinal))];
    }

    /// <summary>All calls of a log, in the order of their arrival.</summary>
    /// <param name="text">What stands in the file; a last line without its end is not there yet.</param>
    /// <exception cref="InvalidDataException">An end without its arrival: this is not a whole log.</exception>
    public static IReadOnlyList<PoolEntry> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var calls = new SortedDictionary<long, PoolEntry>();
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var members = JsonSerializer.Deserialize<JsonElement>(line);
            var call = members.GetProperty("call").GetInt64();
            if (members.TryGetProperty("arrived", out var arrived))
            {
                calls.Add(call, new PoolEntry(members.GetProperty("mark").GetString()!, arrived.GetInt64(), null));
            }
            else if (calls.TryGetValue(call, out var begun))
            {
                calls[call] = begun with
                {
                    Ended = members.GetProperty("ended").GetInt64(),
                    Outcome = members.GetProperty("outcome").GetString(),
                    Tokens = members.GetProperty("prompt").GetInt64() + members.GetProperty("output").GetInt64(),
                };
            }
            else
            {
                throw new InvalidDataException($"Call {call} ended and never arrived: {line}");
            }
        }

        return [.. calls.Values.OrderBy(call => call.Arrived)];
    }
}
