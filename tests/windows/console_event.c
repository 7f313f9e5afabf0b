/* Starts a program, and after a while tells it what Windows tells the programs of a console: 0 Ctrl-C, 2 the window is
   closed, 5 the user signs out, 6 the system is shut down. Only the first two could be brought about in wine otherwise.

     console_event EVENT MILLISECONDS COMMAND-LINE

   Windows does it the same way, by a thread in the program. Exit code: the program's, or 99. */
#include <windows.h>
#include <stdlib.h>

int main(int count, char **words) {
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION program;
    DWORD code = 99;
    if (count != 4 || !CreateProcessA(0, words[3], 0, 0, TRUE, 0, 0, 0, &start, &program)) return 99;
    Sleep(atoi(words[2]));
    FARPROC routine = GetProcAddress(GetModuleHandleA("kernelbase.dll"), "CtrlRoutine");
    void *event = (void *)(LONG_PTR)atoi(words[1]);
    if (!CreateRemoteThread(program.hProcess, 0, 0, (LPTHREAD_START_ROUTINE)(void *)routine, event, 0, 0)) return 99;
    WaitForSingleObject(program.hProcess, 60000);
    GetExitCodeProcess(program.hProcess, &code);
    return code;
}
