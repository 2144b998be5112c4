using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Sluice.Edge.Usage;

/// <summary>
/// What it takes to end a stream of chat or completions in good order before its pool does: what all its chunks begin
/// with, and which answers in it have not ended. A stream of any other format is never ended so.
/// </summary>
/// <param name="manyAnswers">True: the request asks for more than one answer.</param>
internal sealed class StreamEnd(bool manyAnswers)
{
    // One bit each; a stream with an answer of a higher number cannot be ended here.
    private const int AnswersMax = 64;

    // Members that all chunks of a stream have alike, in the order in which they are written.
    private static readonly string[] Alike =
        ["id", "object", "created", "model", "system_fingerprint", "service_tier"];

    private byte[]? _head;
    private bool _isChat;
    private bool _isForeign;
    private ulong _begun;
    private ulong _finished;
    private bool _usageTold;

    /// <summary>True once it is known how: from the first part of a stream whose format is known.</summary>
    public bool CanStop => Volatile.Read(ref _head) is not null && !Volatile.Read(ref _isForeign);

    /// <summary>An event that is forwarded.</summary>
    /// <param name="whole">The event, with the blank line that ends it.</param>
    /// <param name="kind">What it is.</param>
    public void Forwarded(ReadOnlySpan<byte> whole, ServerSentEventKind kind)
    {
        _usageTold |= kind is ServerSentEventKind.UsageOnly;
        if (kind is not ServerSentEventKind.Part || _isForeign)
        {
            return;
        }

        // Parsing every part would cost more than all else the edge does. One answer has one number.
        var isFirst = _head is null;
        if (!isFirst && !manyAnswers && _isChat && !EndsAnAnswer(whole))
        {
            return;
        }

        var data = DataOf(whole);
        if (data.IsEmpty)
        {
            return; // A comment.
        }

        if (!TryRead(data, out var head))
        {
            Volatile.Write(ref _isForeign, true);
        }
        else if (isFirst && _begun != 0)
        {
            Volatile.Write(ref _head, head); // Some servers begin with a part of another kind, without an answer.
        }
    }

    /// <summary>
    /// The events that end the stream: answers that had not ended do so by <c>length</c>, then the usage where the
    /// client asked for it, then the end mark.
    /// </summary>
    /// <param name="usage">What the call is charged; null when the client did not ask.</param>
    /// <remarks>Requires <see cref="CanStop"/>.</remarks>
    public byte[] ToEvents(TokenUsage? usage)
    {
        var text = new StringBuilder();
        var head = Encoding.UTF8.GetString(_head!);
        if ((_begun & ~_finished) is var open and not 0)
        {
            text.Append("data: ").Append(head).Append(",\"choices\":[");
            for (var first = true; open != 0; open &= open - 1, first = false)
            {
                text.Append(first ? "" : ",")
                    .Append(CultureInfo.InvariantCulture, $"{{\"index\":{BitOperations.TrailingZeroCount(open)},")
                    .Append(_isChat ? "\"delta\":{}" : "\"text\":\"\"")
                    .Append(",\"logprobs\":null,\"finish_reason\":\"length\"}");
            }

            text.Append(usage is null ? "]}\n\n" : "],\"usage\":null}\n\n");
        }

        if (usage is { } used && !_usageTold)
        {
            text.Append("data: ").Append(head).Append(CultureInfo.InvariantCulture,
                $",\"choices\":[],\"usage\":{{\"prompt_tokens\":{used.Input},\"completion_tokens\":{used.Output},")
                .Append(CultureInfo.InvariantCulture, $"\"total_tokens\":{used.Input + used.Output}}}}}\n\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("data: [DONE]\n\n").ToString());
    }

    /// <summary>Whether it says why an answer ended; in a text the name would have escaped quotes.</summary>
    private static bool EndsAnAnswer(ReadOnlySpan<byte> whole)
    {
        while (whole.IndexOf("\"finish_reason\""u8) is var at and >= 0)
        {
            whole = whole[(at + "\"finish_reason\"".Length)..].TrimStart(" :"u8);
            if (!whole.IsEmpty && whole[0] == '"')
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> whole)
    {
        foreach (var range in whole.Split((byte)'\n'))
        {
            var line = whole[range].TrimEnd((byte)'\r');
            if (line.StartsWith("data:"u8))
            {
                return line["data:".Length..].Trim((byte)' ');
            }
        }

        return default;
    }

    /// <returns>False: it is of no format that is known.</returns>
    private bool TryRead(ReadOnlySpan<byte> data, out byte[]? head)
    {
        head = null;
        try
        {
            var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = 256 });
            reader.Read();
            var parts = _head is null ? new string?[Alike.Length] : null;
            var hasChoices = false;
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var member = parts is null ? -1 : MemberAt(reader);
                var isChoices = reader.ValueTextEquals("choices"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isChoices && reader.TokenType is JsonTokenType.StartArray)
                {
                    hasChoices = true;
                    if (!TryReadChoices(ref reader))
                    {
                        return false;
                    }

                    continue;
                }

                reader.Skip();
                if (member >= 0)
                {
                    parts![member] = Encoding.UTF8.GetString(data[start..(int)reader.BytesConsumed]);
                }
            }

            head = parts is null ? null : HeadOf(parts);
            return hasChoices && (parts is null || head is not null || _begun == 0);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // As in AnswerReader: what a pool sends is judged, not thrown.
        }
    }

    private static int MemberAt(in Utf8JsonReader reader)
    {
        for (var i = 0; i < Alike.Length; i++)
        {
            if (reader.ValueTextEquals(Alike[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Notes which answers a chunk is of, and which of them end in it.</summary>
    private bool TryReadChoices(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType is JsonTokenType.StartObject)
        {
            var (index, isFinished) = (0L, false);
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isIndex = reader.ValueTextEquals("index"u8);
                var isReason = reader.ValueTextEquals("finish_reason"u8);
                reader.Read();
                if (isIndex && !(reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out index)))
                {
                    return false;
                }

                isFinished |= isReason && reader.TokenType is JsonTokenType.String;
                reader.Skip();
            }

            if (index is < 0 or >= AnswersMax)
            {
                return false;
            }

            _begun |= 1UL << (int)index;
            _finished |= isFinished ? 1UL << (int)index : 0;
        }

        return reader.TokenType is JsonTokenType.EndArray;
    }

    private byte[]? HeadOf(string?[] parts)
    {
        _isChat = parts[1] == "\"chat.completion.chunk\"";
        return parts[0] is null || !(_isChat || parts[1] == "\"text_completion\"")
            ? null
            : Encoding.UTF8.GetBytes("{" + string.Join(',', Alike
                .Select((name, i) => parts[i] is { } value ? $"\"{name}\":{value}" : null)
                .Where(part => part is not null)));
    }
}
