namespace Sluice.Standalone;

/// <summary>What someone sees who has just started Sluice: where it is, and a line to paste.</summary>
internal static class Welcome
{
    public static void Print(Quickstart quickstart, DataFolder folder, PoolsPart pools)
    {
        var model = pools.Pools[0].Models[0];
        Console.WriteLine(
            $$"""

            Sluice is ready.

              Edge       {{quickstart.Edge}}
              Admin API  {{quickstart.Admin}}/admin/v1   (described at {{quickstart.Admin}}/admin/v1/openapi.json)
              Pool       {{(pools.IsSimulated ? "simulated" : pools.Pools[0].Address)}}
              Data       {{folder.Path}}

            Ask a model:

              curl {{quickstart.Edge}}/v1/chat/completions -H 'Authorization: Bearer {{quickstart.ApiKey}}' -H 'Content-Type: application/json' -d '{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]}'

            Administrate with the key "adminKey" of {{folder.Quickstart}}, for example:

              curl {{quickstart.Admin}}/admin/v1/clients -H 'Authorization: Bearer '$(sed -n 's/.*"adminKey": "\(.*\)".*/\1/p' {{folder.Quickstart}})

            Stop with Ctrl-C.
            """);
    }
}
