using System.Buffers;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Answers that look right from outside, 200 and a proper content type, and are nothing inside.</summary>
internal static class Garbage
{
    public static void Write(PoolCall call)
    {
        var isStream = call.Failure.GarbageStream;
        var body = isStream
            ? "data: {\"id\":\"chatcmpl-0\",\"choi\n\n\0\u0001 neither event nor JSON\n\ndata: <html>\n\n"u8
            : "<html>502 Bad Gateway</html>"u8;
        call.Context.Response.ContentType = isStream ? ReplyWriter.EventStreamType : ReplyWriter.JsonType;
        call.Context.Response.BodyWriter.Write(body);
    }
}
