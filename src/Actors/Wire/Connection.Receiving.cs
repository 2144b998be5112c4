using System.Buffers;
using System.IO.Pipelines;
using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// What comes in, one frame after the other. Anything that is not as it must be ends the connection, and nothing else.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>Methods that a peer may number. Contracts have dozens.</summary>
    private const int MostMethods = 4096;

    private readonly List<CallMethod?> _peerMethods = [];
    private readonly List<string> _unknownMethods = [];
    private volatile bool _taking;

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        Exception? reason = null;
        try
        {
            while (true)
            {
                var read = await new ReadAwaitable(reader.ReadAsync(_closing.Token));
                Errands.Begin();
                _taking = true;
                var rest = read.Buffer;
                while (!_closed && TryTakeFrame(ref rest, out var frame))
                {
                    Take(frame);
                }

                Excuse(_host.Clock.Now);
                _taking = false;
                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    reason = new IOException("The peer closed the connection.");
                    break;
                }
            }
        }
        catch (Exception e)
        {
            reason = e;
        }

        Errands.End().HandOn();
        Close(reason);
        await reader.CompleteAsync();
    }

    private static bool TryTakeFrame(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (rest.Length < Frames.LengthBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[Frames.LengthBytes];
        rest.Slice(0, Frames.LengthBytes).CopyTo(prefix);
        var length = Frames.ReadLength(prefix);
        if (rest.Length < Frames.LengthBytes + length)
        {
            return false;
        }

        frame = rest.Slice(Frames.LengthBytes, length);
        rest = rest.Slice(frame.End);
        return true;
    }

    private void Take(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            Take(frame.FirstSpan);
            return;
        }

        var length = (int)frame.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        frame.CopyTo(joined);
        Take(joined.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(joined);
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var reader = new WireReader(frame);
        switch ((FrameKind)reader.ReadByte())
        {
            case FrameKind.Call:
                TakeCall(ref reader);
                break;
            case FrameKind.Result:
                TakeResult(ref reader);
                break;
            case FrameKind.Failure:
                TakeFailure(ref reader);
                break;
            case FrameKind.Moved:
                if (_pending.Take(Frames.ReadCorrelation(ref reader)) is { } moved)
                {
                    moved.Connection = null;
                    _owner.Moved(this, moved);
                }

                break;
            case FrameKind.Cancel:
                _received.Take(Frames.ReadCorrelation(ref reader))?.DropReceived();
                break;
            case FrameKind.Method:
                TakeMethod(ref reader);
                break;
            case FrameKind.View when Peer.IsSilo:
                TakeView(ref reader);
                break;
            case FrameKind.Manifest when Peer.IsSilo:
                _owner.ManifestCame(this, CodecCatalog.Of<GrainManifest>().Read(ref reader));
                break;
            case FrameKind.Unreachable:
                _owner.Unreachable(this, Frames.ReadCorrelation(ref reader));
                break;
            case FrameKind.Ping:
                SendPong();
                break;
            case FrameKind.Pong:
                break;
            default:
                // A kind from a later version, or what only a silo may say: nobody may depend on an answer.
                break;
        }
    }

    private void TakeMethod(ref WireReader reader)
    {
        var (number, interfaceName, methodName) = Frames.ReadMethod(ref reader);
        if (number != _peerMethods.Count || number >= MostMethods)
        {
            throw new MalformedPayloadException($"Method number {number} does not follow {_peerMethods.Count - 1}.");
        }

        var method = _owner.FindMethod(interfaceName, methodName);
        _peerMethods.Add(method);
        _unknownMethods.Add(method is null ? $"{interfaceName}.{methodName}" : "");
    }

    private void TakeCall(ref WireReader reader)
    {
        var header = Frames.ReadCallHeader(ref reader);
        if (header.Method < 0 || header.Method >= _peerMethods.Count)
        {
            throw new MalformedPayloadException($"Method {header.Method} was never named.");
        }

        if (_peerMethods[header.Method] is not { } method)
        {
            if (header.Correlation != 0)
            {
                SendFailure(header.Correlation, new NotSupportedException(
                    $"{_owner.Self} does not know {_unknownMethods[header.Method]}: it runs another version."));
            }

            return;
        }

        var cancellation = method.TakesCancellation && header.Correlation != 0 ? new CancellationTokenSource() : null;
        var call = method.Receive(_host, header.Target, ref reader, cancellation?.Token ?? default);
        call.MarkReceived(this, header.Correlation, cancellation);
        Frames.Apply(header, call, _host);
        if (header.Correlation != 0)
        {
            if (!_received.TryAdd(call, out var before))
            {
                call.ForgottenByConnection(); // The connection has just been closed: nobody waits for the answer.
                call.EndUnrun();
                return;
            }

            before?.DropReceived(); // Its sender has given it up, or would not have used its place again.
        }

        _owner.Received(this, call);
    }

    private void TakeResult(ref WireReader reader)
    {
        if (_pending.Take(Frames.ReadCorrelation(ref reader)) is not { } call)
        {
            return; // It came too late.
        }

        try
        {
            call.AcceptAnswer(ref reader);
        }
        catch (Exception e)
        {
            call.Fail(new OrleansException($"The answer to {call.Name} cannot be read.", e));
            throw;
        }
    }

    private void TakeFailure(ref WireReader reader)
    {
        if (_pending.Take(Frames.ReadCorrelation(ref reader)) is not { } call)
        {
            return;
        }

        Exception failure;
        try
        {
            failure = ExceptionCodec.Read(ref reader);
        }
        catch (Exception e)
        {
            call.Fail(new OrleansException($"{call.Name} failed, and its error cannot be read.", e));
            throw;
        }

        call.Fail(failure);
    }

    private void TakeView(ref WireReader reader)
    {
        var view = CodecCatalog.Of<ViewMessage>().Read(ref reader).ToView();
        lock (_sending)
        {
            _viewKnown = Math.Max(_viewKnown, view.Version);
        }

        _owner.ViewCame(this, view);
    }
}
