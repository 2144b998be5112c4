using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Hosting;

/// <summary>A stream of server-sent events as it arrives.</summary>
public sealed class EdgeStream : IDisposable
{
    private const string Data = "data: ";

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly CancellationToken _cancellationToken;

    private EdgeStream(HttpResponseMessage response, StreamReader reader, CancellationToken cancellationToken) =>
        (_response, _reader, _cancellationToken) = (response, reader, cancellationToken);

    public int Status => (int)_response.StatusCode;

    public IReadOnlyDictionary<string, string> Headers => EdgeAnswer.HeadersOf(_response);

    public static async Task<EdgeStream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new EdgeStream(response, new StreamReader(body), cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The data of the next event; null at the end of the stream.</summary>
    public async Task<string?> NextAsync()
    {
        while (await _reader.ReadLineAsync(_cancellationToken) is { } line)
        {
            if (line.StartsWith(Data, StringComparison.Ordinal))
            {
                return line[Data.Length..];
            }
        }

        return null;
    }

    /// <summary>The data of all events to come, to the end.</summary>
    public async Task<IReadOnlyList<string>> RestAsync()
    {
        var rest = new List<string>();
        while (await NextAsync() is { } data)
        {
            rest.Add(data);
        }

        return rest;
    }

    /// <summary>The whole answer, for a request that was refused.</summary>
    public async Task<EdgeAnswer> AnswerAsync() =>
        new(Status, await _reader.ReadToEndAsync(_cancellationToken), Headers);

    /// <summary>Hangs up, if the stream has not ended.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    /// <summary>The chunks that only carry usage.</summary>
    public static IEnumerable<JsonNode> UsageChunks(IEnumerable<string> events) =>
        from data in events
        where data != "[DONE]"
        let chunk = JsonNode.Parse(data)!
        where chunk["usage"] is not null
        select chunk;
}
