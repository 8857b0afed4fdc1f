#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The language of batch files, in Wine's cmd.exe: what it prints is what Windows'
# prints. Left out are its messages, and where one of the versions differs.

. "$(dirname "$0")/shell.inc"
cmd=$system32/cmd.exe
[ -e "$cmd" ] || skip_all "no cmd.exe in $system32"

# batch WHAT - runs the batch file that is here in a new folder with some files;
# what it prints is $out, "@" stands for the folder in it
batch()
{
	local here=$work/$1

	what=$1
	mkdir -p "$here/sub/deep" && cd "$here" || exit 1
	printf 'first line\r\nsecond Line\r\nthird line\r\n' > a.txt
	printf 'name,size,colour\r\n#c,x,y\r\nball,3,red\r\ncube,4,blue green\r\n' > list.csv
	printf 'contents of one\r\n' > "sub/one file.dat"
	printf 'deep\r\n' > sub/deep/d.dat
	printf '@echo other %%1 %%2\r\n' > other.bat
	[ "$1" != redirection ] && [ "$1" != programs ] || cp "$agent" agent.exe
	sed 's/$/\r/' > test.bat
	$run "$cmd" /c test.bat > ../out 2> ../err < /dev/null
	status=$?
	out=$(unix < ../out | sed "s|$(zpath "$here" | sed 's/\\/\\\\/g')|@|g")
}

# prints - it has printed what is here
prints() { is "$out" "$(cat)" "$what"; }

batch if <<'END'
@echo off
if 1==1 echo equal
if not 1==2 echo not equal
if /i AbC==aBc echo without case
if 5 LSS 10 (echo less) else (echo no)
if 10 GTR 9 echo greater
if 3 GEQ 3 echo at least
if 3 NEQ 4 echo not
if "a" LSS "b" echo texts
if exist a.txt (
  echo there
  if exist sub\ (echo folder) else echo no folder
) else (
  echo missing
)
if exist *.txt echo pattern
if not exist *.xyz echo no pattern
if exist sub\nul echo a device in a folder
if defined PATH echo defined
if not defined NOPE_X echo not defined
set V=
if "%V%"=="" echo empty
call :level 3
if errorlevel 3 echo level 3
if errorlevel 4 echo level 4
if %ERRORLEVEL% EQU 3 echo is 3
if 1==1 if 2==2 echo both
if 1==2 (echo a) else if 1==1 (echo b) else echo c
exit /b 42
:level
exit /b %1
END
prints <<'END'
equal
not equal
without case
less
greater
at least
not
texts
there
folder
pattern
no pattern
a device in a folder
defined
not defined
empty
level 3
is 3
both
b
END
is $status 42 "exit /b"

batch call <<'END'
@echo off
call :one a "b c" d
echo back %ERRORLEVEL%
call other.bat x y
call :two
call :count 5
goto end
:one
echo [%0] [%1] [%2] [%~2] [%3] [%4] [%*]
shift
echo shifted [%1] [%2]
exit /b 11
:two
setlocal
set X=inner
echo %X%
endlocal
echo [%X%]
goto :eof
:count
if %1 equ 0 goto :eof
set /a N=%1-1
echo count %1
call :count %N%
goto :eof
:end
set I=0
:loop
set /a I+=1
if %I% gtr 5 goto done
if "%I%"=="3" goto skip
echo loop %I%
:skip
goto loop
:done
echo %~dp0 %~nx0 %~n0 %~x0 %~d0
END
prints <<'END'
[:one] [a] ["b c"] [b c] [d] [] [a "b c" d]
shifted ["b c"] [d]
back 11
other x y
inner
[]
count 5
count 4
count 3
count 2
count 1
loop 1
loop 2
loop 4
loop 5
@\ test.bat test .bat Z:
END

batch set <<'END'
@echo off
setlocal enabledelayedexpansion
set N=0
for %%i in (a b c) do (
  set /a N+=1
  echo !N! %%i %N%
)
set S=hello world
echo %S:~0,5% %S:~-5% %S:~6% %S:~2,-3% %S:world=there% %S:o=0%
set /a X=1+2*3, Y=X*X, Z=(7%%4)^<^<2
echo %X% %Y% %Z%
set /a B="5|2", C="5&4", D="5^1", E=~5, F=-7/2, G=0x1f, H=010
echo %B% %C% %D% %E% %F% %G% %H%
endlocal
echo [%N%]
set FOO_A=1
set FOO_B=two words
set FOO_
set "QUOTED=a b" trailing
echo [%QUOTED%]
set NOPE_VAR_ 2> nul
echo %ERRORLEVEL%
echo ^<escaped^> ^& ^| ^^ ^%%
echo "quoted & kept"
END
prints <<'END'
1 a 0
2 b 0
3 c 0
hello world world llo wo hello there hell0 w0rld
7 49 12
7 4 4 -6 -3 31 8
[]
FOO_A=1
FOO_B=two words
[a b]
1
<escaped> & | ^ %
"quoted & kept"
END

batch for <<'END'
@echo off
for %%i in (1 2,3;4) do echo %%i
for %%i in (*.txt) do echo file %%i
for /d %%i in (*) do echo folder %%i
for /r "%CD%\sub" %%i in (*.dat) do echo below %%i
for /l %%i in (10,-3,0) do echo %%i
for /f "tokens=1,3 delims=," %%a in (list.csv) do echo %%a-%%b
for /f "skip=1 tokens=2* delims=," %%a in (list.csv) do echo %%a/%%b
for /f "tokens=*" %%a in ('echo from a command') do echo got %%a
for /f "delims=" %%a in ('dir /b *.txt') do echo name %%a
for /f "usebackq" %%a in (`echo back quoted`) do echo %%a
for /f "usebackq delims=" %%a in ("sub\one file.dat") do echo [%%a]
for /f %%a in ("a string") do echo %%a
for /f "eol=# tokens=1" %%a in (list.csv) do echo line %%a
for %%i in (a b) do for %%j in (1 2) do echo %%i%%j
for %%v in (a.txt) do echo %%~fv %%~nv %%~xv %%~zv
END
prints <<'END'
1
2
3
4
file a.txt
folder sub
below @\sub\one file.dat
below @\sub\deep\d.dat
10
7
4
1
name-colour
#c-y
ball-red
cube-blue green
x/y
3/red
4/blue green
got from a command
name a.txt
back
[contents of one]
a
line name,size,colour
line ball,3,red
line cube,4,blue
a1
a2
b1
b2
@\a.txt a .txt 37
END

batch folders <<'END'
@echo off
set HERE=%CD%
cd sub
cd
cd ..
pushd sub
cd
pushd deep
cd
popd
cd
popd
cd
cd nowhere 2> nul
echo %ERRORLEVEL%
cd /d "%HERE%\sub"
cd /d C:\windows\system32
cd
Z:
cd
cd \
cd
C:
cd \
cd
END
prints <<'END'
@\sub
@\sub
@\sub\deep
@\sub
@
1
C:\windows\system32
@\sub
Z:\
C:\
END

batch redirection <<'END'
@echo off
echo one> r.txt
echo two>> r.txt
type r.txt
(echo a& echo b) > r2.txt
type r2.txt
>r3.txt echo leading
type r3.txt
type nothing.txt > both.txt 2>&1
echo %ERRORLEVEL%
if exist both.txt echo both
echo three> r5.txt
set /p X=< r5.txt
echo read %X%
type a.txt | find "line"
dir /b | find "r5"
agent cat < r.txt
agent cat < r.txt > r4.txt
type r4.txt | agent cat | agent cat
agent nonsense 2> nul > nul || echo failed
agent exit 0 && echo worked
(agent exit 3) || (echo three)
END
prints <<'END'
one
two
a
b
leading
1
both
read three
first line
third line
r5.txt
one
two
one
two
failed
worked
three
END

batch files <<'END'
@echo off
copy a.txt b.txt > nul
copy /b a.txt + list.csv c.txt > nul
type c.txt
copy *.txt sub > nul
dir /b sub\*.txt
copy /y list.csv sub\a.txt > nul
type sub\a.txt
copy nothere.txt x.txt > nul 2> nul
echo %ERRORLEVEL%
del sub\*.txt
ren b.txt bb.txt
ren *.csv *.tsv
dir /b
move bb.txt sub\moved.txt > nul
echo %ERRORLEVEL%
move sub\*.txt . > nul
move sub renamed > nul
dir /b /s
del /s /q *.dat > nul
dir /b renamed
md x\y\z
md x 2> nul
echo %ERRORLEVEL%
rd x 2> nul
if exist x echo it is not empty
rd /s /q x
if not exist x echo gone
attrib +r a.txt
del a.txt 2> nul
if exist a.txt echo it stays
del /f a.txt
if not exist a.txt echo and goes
attrib +h moved.txt
dir /b *.txt
dir /b /ah
attrib -h moved.txt
mklink /h hard.txt moved.txt > nul
type hard.txt
END
prints <<'END'
first line
second Line
third line
name,size,colour
#c,x,y
ball,3,red
cube,4,blue green
a.txt
b.txt
c.txt
name,size,colour
#c,x,y
ball,3,red
cube,4,blue green
1
a.txt
bb.txt
c.txt
list.tsv
other.bat
sub
test.bat
0
@\a.txt
@\c.txt
@\list.tsv
@\moved.txt
@\other.bat
@\renamed
@\test.bat
@\renamed\deep
@\renamed\one file.dat
@\renamed\deep\d.dat
deep
1
it is not empty
gone
it stays
and goes
c.txt
moved.txt
first line
second Line
third line
END
is "$(stat -c %h hard.txt)" 2 "mklink /h"

batch dir <<'END'
@echo off
dir /b
dir /b /s
dir /b /ad
dir /b /a-d
dir /b /o-n
dir /b /os *.*
dir /b *.t?t
dir /b /l SUB
dir /b nothere 2> nul
echo %ERRORLEVEL%
dir /b sub\*.dat
dir /b "sub\one file.dat"
dir /b a.*
dir /b deep? sub?
END
prints <<'END'
a.txt
list.csv
other.bat
sub
test.bat
@\a.txt
@\list.csv
@\other.bat
@\sub
@\test.bat
@\sub\deep
@\sub\one file.dat
@\sub\deep\d.dat
sub
a.txt
list.csv
other.bat
test.bat
test.bat
sub
other.bat
list.csv
a.txt
sub
other.bat
a.txt
list.csv
test.bat
a.txt
deep
one file.dat
1
one file.dat
one file.dat
a.txt
sub
END

batch programs <<'END'
@echo off
agent exit 6
echo %ERRORLEVEL%
cmd /c exit 7
echo %ERRORLEVEL%
cmd /c "echo nested& exit 8"
echo %ERRORLEVEL%
start /wait /b cmd /c exit 5
echo %ERRORLEVEL%
nosuchcommand 2> nul
echo %ERRORLEVEL%
"agent" args "a b" c
.\agent.exe args d
cd sub
..\agent args e
cd ..
agent env PERSONA_NOT_THERE || echo not there
set PERSONA_THERE=a value
agent env PERSONA_THERE
agent spawn "cmd /c echo child"
END
prints <<'END'
6
7
nested
8
5
9009
[a b]
[c]
[d]
[e]
not there
a value
child
ended with 0
END
cd "$work" || exit 1
finish
