using System.Globalization;

namespace Sluice.Standalone;

/// <summary>What someone sees who has just started Sluice: where it is, and a line to paste.</summary>
internal static class Welcome
{
    public static void Print(Quickstart quickstart, DataFolder folder, PoolsPart pools)
    {
        var admin = $"{quickstart.Admin}/admin/v1";
        var body = $$"""{"model":"{{pools.Pools[0].Models[0]}}","messages":[{"role":"user","content":"Hello"}]}""";
        var ask = $"curl {quickstart.Edge}/v1/chat/completions -H 'Authorization: Bearer {quickstart.ApiKey}' "
            + $"-H 'Content-Type: application/json' -d '{body}'";

        // The admin key is not printed: a terminal's history is no place for it.
        var adminKey = $$"""$(sed -n 's/.*"adminKey": "\(.*\)".*/\1/p' {{folder.Quickstart}})""";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Sluice is ready.

              Edge       {quickstart.Edge}
              Admin API  {admin}   (described at {admin}/openapi.json)
              Pool       {(pools.IsSimulated ? "simulated" : pools.Pools[0].Address)}
              Data       {folder.Path}

            Ask a model:

              {ask}

            Administrate with the key "adminKey" of {folder.Quickstart}, for example:

              curl {admin}/clients -H "Authorization: Bearer {adminKey}"

            Stop with Ctrl-C.
            """));
    }
}
