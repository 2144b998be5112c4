using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Bench.Load;

/// <summary>
/// Reads answers from a keep-alive connection, and of each no more than its status and where it ends. Not a parser to
/// trust with strangers: it knows the servers of this benchmark.
/// </summary>
internal sealed class AnswerReader(Socket socket)
{
    private const int ExcerptMax = 400;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _tail = new byte[16];
    private int _from;
    private int _to;

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_from, _to - _from);

    /// <summary>Reads one answer to its end.</summary>
    /// <returns>Null for a complete 200; otherwise what came instead.</returns>
    /// <exception cref="SocketException">The connection broke, or nothing came for too long.</exception>
    /// <exception cref="InvalidDataException">It was closed, or is not the HTTP that was expected.</exception>
    public string? Read(bool stream)
    {
        var head = HeadLength();
        var lines = Unread[..head];
        var failure = lines.StartsWith("HTTP/1.1 200 "u8) ? null : Excerpt();
        var length = ContentLength(lines);
        _from += head;
        if (length >= 0)
        {
            Skip(length);
        }
        else
        {
            SkipChunks();
        }

        return failure ?? (stream && !_tail.AsSpan().EndsWith("data: [DONE]\n\n"u8) ? "The stream broke off." : null);
    }

    private int HeadLength()
    {
        int end;
        while ((end = Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            Receive();
        }

        return end + 4;
    }

    /// <summary>-1 when there is none, which means chunks.</summary>
    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        while (head.IndexOf("\r\n"u8) is var end and > 0)
        {
            var line = head[..end];
            head = head[(end + 2)..];
            if (line.Length > 15 && (line[0] | 0x20) == 'c' && Ascii.EqualsIgnoreCase(line[..15], "content-length:"u8)
                && Utf8Parser.TryParse(line[15..].TrimStart((byte)' '), out int length, out _))
            {
                return length;
            }
        }

        return -1;
    }

    private void SkipChunks()
    {
        int size;
        do
        {
            int end;
            while ((end = Unread.IndexOf("\r\n"u8)) < 0)
            {
                Receive();
            }

            if (!Utf8Parser.TryParse(Unread[..end], out size, out _, 'x'))
            {
                throw new InvalidDataException($"No length of a chunk: {Excerpt()}");
            }

            _from += end + 2;
            Skip(size);
            SkipLineEnd();
        }
        while (size > 0);
    }

    private void Skip(int length)
    {
        while (true)
        {
            var part = Math.Min(length, _to - _from);
            KeepTail(_buffer.AsSpan(_from, part));
            _from += part;
            length -= part;
            if (length == 0)
            {
                return;
            }

            Receive();
        }
    }

    private void SkipLineEnd()
    {
        while (_to - _from < 2)
        {
            Receive();
        }

        _from += 2;
    }

    private void KeepTail(ReadOnlySpan<byte> part)
    {
        if (part.Length >= _tail.Length)
        {
            part[^_tail.Length..].CopyTo(_tail);
        }
        else if (part.Length > 0)
        {
            _tail.AsSpan(part.Length).CopyTo(_tail);
            part.CopyTo(_tail.AsSpan(_tail.Length - part.Length));
        }
    }

    private void Receive()
    {
        if (_from == _to)
        {
            _from = _to = 0;
        }
        else if (_to == _buffer.Length)
        {
            if (_from == 0)
            {
                throw new InvalidDataException($"A line is longer than {_buffer.Length} bytes.");
            }

            Unread.CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        var received = socket.Receive(_buffer, _to, _buffer.Length - _to, SocketFlags.None);
        if (received == 0)
        {
            throw new InvalidDataException("The connection was closed in the middle of an answer.");
        }

        _to += received;
    }

    private string Excerpt() => Encoding.UTF8.GetString(Unread[..Math.Min(ExcerptMax, Unread.Length)]);
}
